"""What the surroundings did, in one line."""

from pathlib import Path

import pytest

from orchestration.failures import in_one_line

HOME = Path("/somewhere/a home")
FILE = f"{HOME}/lake/video_readings/a.parquet"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"PermissionError: [Errno 13] Permission denied: '{FILE}'\n\nStack Trace:\n  File x", FILE),
        (f"PermissionError: Permission denied (os error 13): {FILE}\n", FILE),
        (f'_duckdb.IOException: IO Error: Cannot open file "{FILE}": Permission denied', FILE),
        ("(sqlite3.OperationalError) attempt to write a readonly database", HOME),
    ],
)
def test_a_missing_right_names_the_file(text: str, place: object) -> None:
    line = in_one_line(text, HOME)
    assert line is not None
    assert line.startswith(f"{place} cannot be read or written; give this user the right to do both")

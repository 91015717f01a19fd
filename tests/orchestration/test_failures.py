"""What the surroundings did, in one line."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ingest.home import Home
from orchestration.failures import in_one_line
from orchestration.runner import _failures

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


def test_what_every_step_met_is_said_once(tmp_path: Path) -> None:
    home = Home(tmp_path)

    def failed(step: str, text: str) -> Any:
        error = SimpleNamespace(message=text, cause=None, to_string=lambda: text)
        data = SimpleNamespace(error=error, user_failure_data=None)
        return SimpleNamespace(step_key=step, step_failure_data=data)

    events = [failed(step, f"PermissionError: Permission denied: '{tmp_path}/docs/{step}.html'") for step in "abc"]
    result = SimpleNamespace(get_step_failure_events=lambda: [*events, failed("d", "DbtError: dbt cannot start\n")])
    first, other = _failures(home, cast("Any", result))
    assert first.startswith(f"{tmp_path}/docs/a.html cannot be read or written")
    assert other == "dbt cannot start"

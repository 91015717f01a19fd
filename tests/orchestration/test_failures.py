"""What the surroundings did, in one line."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.home import Home
from orchestration.failures import in_one_line
from orchestration.step_failures import said_by

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


def test_files_that_sqlite_leaves_beside_a_database_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dagster").mkdir()
    for name in ("event_log.db", "event_log.db-shm", "event_log.db-wal"):
        (tmp_path / "dagster" / name).touch()
    # Whoever runs tests as root has every right.
    monkeypatch.setattr("orchestration.failures.os.access", lambda path, _: str(path).endswith(".db"))
    line = in_one_line("(sqlite3.OperationalError) attempt to write a readonly database", tmp_path)
    assert line is not None
    assert line.startswith(
        f"{tmp_path}/dagster/event_log.db-shm, {tmp_path}/dagster/event_log.db-wal cannot be read or written"
    )


def test_what_every_step_met_is_said_once(tmp_path: Path) -> None:
    home = Home(tmp_path)

    def failed(step: str, text: str) -> Any:
        error = SimpleNamespace(message=text, cause=None, to_string=lambda: text)
        data = SimpleNamespace(error=error, user_failure_data=None)
        return SimpleNamespace(step_key=step, step_failure_data=data)

    events = [failed(step, f"PermissionError: Permission denied: '{tmp_path}/docs/{step}.html'") for step in "abc"]
    first, other = said_by(home, [*events, failed("d", "DbtError: dbt cannot start\n")], "a log")
    assert first.startswith(f"{tmp_path}/docs/a.html cannot be read or written")
    assert other == "dbt cannot start"

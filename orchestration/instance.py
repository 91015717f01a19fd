"""The Dagster instance of a home: where its books are kept, how quietly and how cheaply. Nothing here knows an asset."""

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import yaml

from ingest.files import PRIVATE_FOLDER, keep_private
from ingest.home import Home
from orchestration.failures import HomeError, in_one_line

MODULE = "orchestration.definitions"
"""What Dagster loads; also the name of the code location."""

SETTINGS = """\
# Written by `campaign` where absent; yours to change.
telemetry: {enabled: false}
nux: {enabled: false}

# One file for the events of all runs: the default, a file per run beside an index, writes each event up to three times.
run_storage:
  {module: orchestration.storage, class: KeptRunStorage, config: {base_dir: {env: DAGSTER_HOME}}}
event_log_storage:
  {module: orchestration.storage, class: KeptEventLogStorage, config: {base_dir: {env: DAGSTER_HOME}}}
schedule_storage:
  {module: dagster._core.storage.schedules, class: SqliteScheduleStorage, config: {base_dir: {env: DAGSTER_HOME}}}

run_retries: {enabled: true, max_retries: 0}
freshness: {enabled: true}

python_logs: {managed_python_loggers: [campaign]}
compute_logs: {module: dagster._core.storage.noop_compute_log_manager, class: NoOpComputeLogManager}
"""

BOOKS = ("runs.db", "event_log.db", "schedules.db")

DAMAGED = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a file that was cut or not made to its end (the first: a table is missing), in the last byte of its code."""


def prepare_instance(home: Home) -> None:
    """Make sure that the instance's directory and settings exist, and that every process started from here uses it.

    Raises HomeError where the settings cannot be read.
    """
    # What a run writes tells what people did, so that others may not read it; the publication opens what analysts need.
    os.umask(0o077)
    for folder in (home.dagster, home.warehouse.parent):
        keep_private(folder)
    _write_settings(home.dagster / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["CAMPAIGN_HOME"] = str(home.root)
    _require_books(home)


def _write_settings(path: Path) -> None:
    """Write the settings where there are none. Raises HomeError where those that are there cannot be read."""
    if not path.exists() or not path.stat().st_size:
        path.write_text(SETTINGS, "utf-8")
    try:
        is_whole = isinstance(yaml.safe_load(path.read_text("utf-8")), dict)
    except (yaml.YAMLError, UnicodeDecodeError):
        is_whole = False
    if not is_whole:
        raise HomeError(
            f"{path} is not the YAML that Dagster expects; correct it, or remove it: the next run writes it anew"
        )


def _require_books(home: Home) -> None:
    """Make the files of the history of runs where one is missing; begin anew where one was cut, or a kill stopped its making."""
    with (home.dagster / "books.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = {name: _is_whole(home, home.dagster / name) for name in BOOKS}
        if all(state.values()):
            return
        damaged = [name for name, is_whole in state.items() if is_whole is False]
        if damaged:
            folder = home.dagster / f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
            folder.mkdir(PRIVATE_FOLDER)
            for file in home.dagster.glob("*.db*"):
                file.replace(folder / file.name)
            logging.getLogger("campaign").warning(
                "%s is damaged: the history of runs begins anew, what is left of it is in %s",
                home.dagster / damaged[0],
                folder,
            )
        with dg.DagsterInstance.get():
            pass


def _is_whole(home: Home, file: Path) -> bool | None:
    """Whether a file of SQLite was made to its end and has the length that it says; None where there is none.

    Raises HomeError where that cannot be told, as on a full disk: such a file is not called damaged.
    """
    if not file.exists():
        return None
    with file.open("rb") as opened:
        head = opened.read(100)
    page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    is_short = head[24:28] == head[92:96] and (65_536 if page == 1 else page) * pages > file.stat().st_size
    log = file.with_name(f"{file.name}-wal")
    if is_short and not (log.exists() and log.stat().st_size):
        return False
    try:
        with closing(sqlite3.connect(file, timeout=60)) as books:
            # The last table that Dagster makes.
            books.execute("select 1 from alembic_version")
            # On a full disk the end of the file may still be in SQLite's log.
            return not is_short or books.execute("pragma quick_check(1)").fetchone() == ("ok",)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in DAMAGED:
            return False
        raise HomeError(in_one_line(f"(sqlite3.{type(error).__name__}) {error}", home.root)) from error


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The home's instance."""
    prepare_instance(home)
    with dg.DagsterInstance.get() as instance:
        yield instance

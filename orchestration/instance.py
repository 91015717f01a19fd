"""The Dagster instance of a home: where its books are kept, how quietly and how cheaply. Nothing here knows an asset."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import dagster as dg
from sqlalchemy import Engine, event

from ingest.home import Home

SETTINGS = """\
# Written by `campaign` where absent; yours to change.
telemetry: {enabled: false}
nux: {enabled: false}

# One file for the events of all runs: the default, a file per run beside an index, writes each event up to three times.
run_storage:
  {module: dagster._core.storage.runs, class: SqliteRunStorage, config: {base_dir: {env: DAGSTER_HOME}}}
event_log_storage:
  {module: dagster._core.storage.event_log, class: ConsolidatedSqliteEventLogStorage, config: {base_dir: {env: DAGSTER_HOME}}}
schedule_storage:
  {module: dagster._core.storage.schedules, class: SqliteScheduleStorage, config: {base_dir: {env: DAGSTER_HOME}}}

run_retries: {enabled: true, max_retries: 0}
freshness: {enabled: true}

# What dbt says is in warehouse/dbt/logs.
compute_logs: {module: dagster._core.storage.noop_compute_log_manager, class: NoOpComputeLogManager}
"""


def prepare_instance(home: Home) -> None:
    """Make sure that the instance's directory and settings exist, and that every process started from here uses it."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(SETTINGS)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["CAMPAIGN_HOME"] = str(home.root)


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The home's instance, its files kept open: SQLite folds its log into the file each time the last connection closes."""
    prepare_instance(home)
    write_without_waiting()
    with dg.DagsterInstance.get() as instance, ExitStack() as kept:
        for file in sorted(home.dagster.glob("*.db")):
            connection = kept.enter_context(closing(sqlite3.connect(file)))
            connection.execute("select count(*) from sqlite_master").fetchone()
        yield instance


def write_without_waiting() -> None:
    """Let SQLite not wait for the disk at each event: a run writes a thousand, and they only tell its history.

    What is lost in a power cut are the last events; a killed process loses none.
    """
    if not event.contains(Engine, "connect", _relax):
        event.listen(Engine, "connect", _relax)


def _relax(connection: object, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous = normal")

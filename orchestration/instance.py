"""The Dagster instance of a home: where its books are kept, how quietly and how cheaply. Nothing here knows an asset."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import yaml

from ingest.files import PRIVATE_FOLDER, keep_private
from ingest.home import Home
from orchestration.failures import HomeError

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

# What dbt says is in warehouse/dbt/logs.
python_logs: {managed_python_loggers: [campaign]}
compute_logs: {module: dagster._core.storage.noop_compute_log_manager, class: NoOpComputeLogManager}
"""


RENAMED = {
    "dagster._core.storage.runs, class: SqliteRunStorage": "orchestration.storage, class: KeptRunStorage",
    "dagster._core.storage.event_log, class: ConsolidatedSqliteEventLogStorage": (
        "orchestration.storage, class: KeptEventLogStorage"
    ),
}
"""What earlier versions wrote into the settings, and what stands there now."""


BOOKS = ("runs.db", "event_log.db", "schedules.db")


def prepare_instance(home: Home) -> None:
    """Make sure that the instance's directory and settings exist, and that every process started from here uses it.

    Raises HomeError where the settings cannot be read.
    """
    # Everything that a run writes holds what people did; what analysts open is opened to them by whoever publishes it.
    os.umask(0o077)
    for folder in (home.dagster, home.warehouse.parent):
        keep_private(folder)
    settings = home.dagster / "dagster.yaml"
    content = before = settings.read_text() if settings.exists() else ""
    for old, new in RENAMED.items():
        content = content.replace(old, new)
    if (content or SETTINGS) != before:
        settings.write_text(content or SETTINGS)
    _require_settings(settings)
    _set_cut_books_aside(home)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["CAMPAIGN_HOME"] = str(home.root)


def _require_settings(settings: Path) -> None:
    try:
        is_whole = isinstance(yaml.safe_load(settings.read_text()), dict)
    except (yaml.YAMLError, UnicodeDecodeError):
        is_whole = False
    if not is_whole:
        raise HomeError(
            f"{settings} is not the YAML that Dagster expects; correct it, or remove it: the next run writes it anew"
        )


def _set_cut_books_aside(home: Home) -> None:
    """Begin the history of runs anew where one of its files was cut; nothing but the history is in them."""
    cut = [name for name in BOOKS if _is_cut(home.dagster / name)]
    if not cut:
        return
    folder = home.dagster / f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    folder.mkdir(PRIVATE_FOLDER)
    for file in home.dagster.glob("*.db*"):
        file.replace(folder / file.name)
    logging.getLogger("campaign").warning(
        "%s is damaged: the history of runs begins anew, what is left of it is in %s", home.dagster / cut[0], folder
    )


def _is_cut(file: Path) -> bool:
    """Whether a file of SQLite is shorter than it says, or none at all."""
    if not file.exists() or file.stat().st_size == 0:
        return False
    with file.open("rb") as opened:
        head = opened.read(100)
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        return True
    page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    is_said = head[24:28] == head[92:96]
    return is_said and (65_536 if page == 1 else page) * pages > file.stat().st_size


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The home's instance."""
    prepare_instance(home)
    with dg.DagsterInstance.get() as instance:
        yield instance

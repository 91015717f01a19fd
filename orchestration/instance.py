"""The Dagster instance of a home: where its books are kept, how quietly and how cheaply. Nothing here knows an asset."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ingest.files import keep_private
from ingest.home import Home

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


def prepare_instance(home: Home) -> None:
    """Make sure that the instance's directory and settings exist, and that every process started from here uses it."""
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
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["CAMPAIGN_HOME"] = str(home.root)


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The home's instance."""
    prepare_instance(home)
    with dg.DagsterInstance.get() as instance:
        yield instance

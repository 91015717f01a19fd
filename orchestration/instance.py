"""The Dagster instance of a home: where its books are kept, and how quietly. Nothing here knows an asset."""

import os

import dagster as dg

from ingest.home import Home

SETTINGS = """\
# Written by `campaign` where absent; yours to change.
telemetry: {enabled: false}
nux: {enabled: false}
# Runs wait for one another by the home's own lock, which a killed run cannot keep; a queue would count it as running for ever.
run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}
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


def open_instance(home: Home) -> dg.DagsterInstance:
    """The home's instance."""
    prepare_instance(home)
    return dg.DagsterInstance.get()

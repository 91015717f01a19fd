"""Tells people when a run failed or set deliveries aside, and when nothing lands. The daemon of `campaign up` sends it.

`CAMPAIGN_ALERT_TO` names who is told, in addresses of Apprise parted by blanks: `mailto://`, `slack://`, `msteams://`, `json://` ...
"""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl
from dagster._core.storage.tags import WILL_RETRY_TAG

from ingest.home import Home
from ingest.ledger import read_ledger
from orchestration.automation import last_landed, silent_since
from orchestration.display import counted
from orchestration.failures import HomeError
from orchestration.project import read_project
from orchestration.status import set_aside

if TYPE_CHECKING:
    from apprise import Apprise

VARIABLE = "CAMPAIGN_ALERT_TO"
NAMED = 20
"""How many deliveries a message names; the others are counted."""


def recipients() -> "Apprise":
    """Who is told. Raises HomeError where an address cannot be read; it is not shown, as it may hold a password."""
    from apprise import Apprise

    found = Apprise()
    for number, address in enumerate(os.environ.get(VARIABLE, "").split(), start=1):
        if not found.add(address):
            raise HomeError(
                f"address {number} in {VARIABLE} is none that Apprise knows, expected such as mailto://user:password@example.org or "
                "json://host/path; correct it, or unset the variable"
            )
    return found


def alert_sensors(home: Home) -> list[dg.SensorDefinition]:
    """A sensor for each way in which a run may end, and one for silence; none where nobody is to be told."""
    if not os.environ.get(VARIABLE, "").strip():
        return []
    failed, done = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS
    return [
        _of_runs(home, failed, "alert_of_failure", "Says why a run failed that is not started again."),
        _of_runs(home, done, "alert_of_deliveries", "Names the deliveries that a run held or refused."),
        _of_silence(home),
    ]


def _of_runs(home: Home, status: dg.DagsterRunStatus, name: str, description: str) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status, name=name, description=description, default_status=dg.DefaultSensorStatus.RUNNING
    )
    def tell(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        run = context.instance.get_run_by_id(context.dagster_run.run_id) or context.dagster_run
        if run.tags.get(WILL_RETRY_TAG) == "true":
            return dg.SkipReason("The run is started again.")
        lines = _failed(home, context) + _set_aside(home, run.run_id)
        if not lines:
            return dg.SkipReason("Nothing to tell.")
        _tell(f"the {run.job_name} run {'failed' if run.is_failure else 'set deliveries aside'}", lines)
        return None

    return tell


def _of_silence(home: Home) -> dg.SensorDefinition:
    @dg.sensor(
        name="alert_of_silence",
        description="Says once when nothing has landed for days while a campaign runs.",
        minimum_interval_seconds=3600,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def tell(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        silent = silent_since(home, read_project(home), last_landed(read_ledger(home)), datetime.now(UTC))
        if silent is None:
            return dg.SkipReason("Deliveries arrive.")
        line = f"the last delivery landed on {silent}; expected one every day or two until the campaign ends"
        if context.cursor != line:
            _tell("nothing lands", [line])
            context.update_cursor(line)
        return dg.SkipReason(f"Told: {line}")

    return tell


def _tell(what: str, lines: list[str]) -> None:
    """Raises RuntimeError where somebody cannot be reached."""
    text = "\n".join(lines)
    if not recipients().notify(title=f"Campaign warehouse: {what}", body=text):
        raise RuntimeError(f"somebody named in {VARIABLE} could not be told:\n{text}")


def _failed(home: Home, context: dg.RunStatusSensorContext) -> list[str]:
    if not context.dagster_run.is_failure:
        return []
    # It brings DuckDB along.
    from orchestration.step_failures import said_by

    where = f"run {context.dagster_run.run_id[:8]} in the Dagster UI"
    return list(said_by(home, context.for_run_failure().get_step_failure_events(), where))


def _set_aside(home: Home, run_id: str) -> list[str]:
    """The deliveries that this run read and did not take in."""
    lines = set_aside(read_ledger(home).filter(pl.col("run_id") == run_id))
    more = len(lines) - NAMED
    return lines[:NAMED] + ([f"and {counted(more, 'more delivery', 'more deliveries')}"] if more > 0 else [])

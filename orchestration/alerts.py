"""Tells people when a run failed or set deliveries aside. The daemon of `campaign up` sends it; a terminal says it itself.

`CAMPAIGN_ALERT_TO` names who is told, in addresses of Apprise parted by blanks: `mailto://`, `slack://`, `msteams://`, `json://` ...
"""

import os
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl
from dagster._core.storage.tags import WILL_RETRY_TAG

from ingest.home import Home
from ingest.ledger import read_ledger
from orchestration.display import counted
from orchestration.failures import HomeError
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
    """A sensor for each way in which a run may end; none where nobody is to be told."""
    if not os.environ.get(VARIABLE, "").strip():
        return []

    def tell(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        run = context.instance.get_run_by_id(context.dagster_run.run_id) or context.dagster_run
        if run.tags.get(WILL_RETRY_TAG) == "true":
            return dg.SkipReason("The run is started again.")
        lines = _failed(home, context) + _set_aside(home, run.run_id)
        if not lines:
            return dg.SkipReason("Nothing to tell.")
        title = f"Campaign warehouse: the {run.job_name} run " + (
            "failed" if run.is_failure else "set deliveries aside"
        )
        if not recipients().notify(body="\n".join(lines), title=title):
            raise RuntimeError(f"somebody named in {VARIABLE} could not be told:\n" + "\n".join(lines))
        return None

    def sensor(name: str, status: dg.DagsterRunStatus, description: str) -> dg.SensorDefinition:
        return dg.run_status_sensor(
            run_status=status, name=name, description=description, default_status=dg.DefaultSensorStatus.RUNNING
        )(tell)

    return [
        sensor("alert_of_failure", dg.DagsterRunStatus.FAILURE, "Says why a run failed that is not started again."),
        sensor("alert_of_deliveries", dg.DagsterRunStatus.SUCCESS, "Names the deliveries that a run held or refused."),
    ]


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

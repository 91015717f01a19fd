"""How far back Dagster's books go: runs, their events and checks. What was delivered and published is told elsewhere, and stays."""

import logging
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import dagster as dg
from dagster_shared.serdes.errors import DeserializationError
from sqlalchemy.exc import SQLAlchemyError

from orchestration.failures import HomeError

HISTORY_DAYS = "CAMPAIGN_HISTORY_DAYS"
"""The environment variable that says for how many days a run is kept after it began."""
DEFAULT_DAYS = "90"
MOST_AT_ONCE = 10
"""Runs that are deleted in a run: it is to cost little also where many have gathered."""
FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def shorten_history(instance: dg.DagsterInstance) -> None:
    """Delete the oldest finished runs that are too old to keep, with their events and checks.

    The latest materialisation of an asset stays with its run; that of a day (partition) of an asset is reported anew, without a run.
    Whatever goes wrong is a warning.
    """
    try:
        for run_id in list(islice(_too_old(instance), MOST_AT_ONCE)):
            _keep_days(instance, run_id)
            instance.delete_run(run_id)
    except (HomeError, SQLAlchemyError, DeserializationError, dg.DagsterError) as error:
        logging.getLogger("campaign").warning("runs that are too old to keep were not deleted: %s", error)


def _too_old(instance: dg.DagsterInstance) -> Iterator[str]:
    """The ids of the runs to delete, the oldest first."""
    old = dg.RunsFilter(statuses=FINISHED, created_before=datetime.now(UTC) - timedelta(days=_kept_days()))
    if not instance.get_run_records(old, limit=1):
        return
    latest = [record.asset_entry.last_materialization for record in instance.get_asset_records()]
    current = {event.run_id for event in latest if event is not None}
    for record in instance.get_run_records(old, MOST_AT_ONCE + len(current), ascending=True):
        if record.dagster_run.run_id not in current:
            yield record.dagster_run.run_id


def _kept_days() -> int:
    said = os.environ.get(HISTORY_DAYS, DEFAULT_DAYS)
    if not re.fullmatch("[0-9]{1,5}", said):
        raise HomeError(f"{HISTORY_DAYS} is {said!r}; give a number of days of up to five digits")
    return int(said)


def _keep_days(instance: dg.DagsterInstance, run_id: str) -> None:
    """Report anew the days that no later run took in."""
    for event in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        materialised = event.asset_materialization
        if materialised is None or materialised.partition is None:
            continue
        day = dg.AssetRecordsFilter(materialised.asset_key, asset_partitions=[materialised.partition])
        [last] = instance.fetch_materializations(day, limit=1).records
        if last.run_id == run_id:
            instance.report_runless_asset_event(materialised)

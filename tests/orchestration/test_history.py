"""How far back Dagster's books go: old runs leave, and what the UI shows of assets, days and checks stays."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from ingest.home import Home
from orchestration import history
from orchestration.history import HISTORY_DAYS, shorten_history
from orchestration.instance import open_instance

DAYS = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-02-01")


@dg.multi_asset(
    specs=[dg.AssetSpec("ledger", partitions_def=DAYS)], check_specs=[dg.AssetCheckSpec("balances", asset="ledger")]
)
def ledger(context: dg.AssetExecutionContext) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult[None]]:
    """As the warehouse's ledger does it: the history is shortened, then the days are told, then the whole."""
    shorten_history(context.instance)
    day = context.run.tags["day"]
    yield dg.AssetMaterialization("ledger", partition=day, metadata={"deliveries": int(day[-2:])})
    yield dg.MaterializeResult(asset_key="ledger", metadata={"day": day}, check_results=[dg.AssetCheckResult(passed=day[-1] != "3", check_name="balances")])  # fmt: skip


@dg.asset
def once() -> None:
    """Made by no run but the first."""


DEFINITIONS = dg.Definitions([ledger, once], jobs=[dg.define_asset_job("all"), dg.define_asset_job("daily", "ledger")])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def instance(home: Home) -> Iterator[dg.DagsterInstance]:
    with open_instance(home) as instance:
        yield instance


def run(instance: dg.DagsterInstance, day: int, job: str = "daily") -> str:
    """Run the job on a day; the id of the run."""
    tags = {"day": f"2026-01-{day:02}"}
    done = DEFINITIONS.resolve_job_def(job).execute_in_process(instance=instance, tags=tags)
    assert done.success
    return done.run_id


def age(home: Home, days: int) -> None:
    """Let all runs have begun so many days ago."""
    with closing(sqlite3.connect(home.dagster / "runs.db")) as runs, runs:
        runs.execute("update runs set create_timestamp = datetime('now', ?)", [f"-{days} days"])


def runs(instance: dg.DagsterInstance) -> list[str]:
    """The ids of the runs that are kept, the oldest first."""
    return [record.dagster_run.run_id for record in instance.get_run_records(ascending=True)]


def test_old_runs_leave_and_what_is_shown_of_assets_days_and_checks_stays(
    home: Home, instance: dg.DagsterInstance
) -> None:
    first, second, third = run(instance, 1, "all"), run(instance, 2), run(instance, 3)
    again = run(instance, 1)
    age(home, 91)
    last = run(instance, 4)
    # The first made `once`, and when the last began nothing was later than the one before.
    assert runs(instance) == [first, again, last]
    assert not instance.all_logs(second)
    assert not instance.all_logs(third)
    key = dg.AssetKey("ledger")
    assert instance.get_materialized_partitions(key) == {f"2026-01-0{day}" for day in (1, 2, 3, 4)}
    for day in (1, 2, 3, 4):
        event = instance.fetch_materializations(dg.AssetRecordsFilter(key, asset_partitions=[f"2026-01-0{day}"]), limit=1).records[0]  # fmt: skip
        assert event.asset_materialization is not None
        assert event.asset_materialization.metadata["deliveries"].value == day
    shown = instance.get_latest_materialization_event(key)
    assert shown is not None
    assert shown.asset_materialization is not None
    assert (shown.run_id, shown.asset_materialization.partition) == (last, None)
    with closing(sqlite3.connect(home.dagster / "event_log.db")) as events:
        told = events.execute("select run_id, execution_status from asset_check_executions order by id").fetchall()
    assert told == [(run_id, "SUCCEEDED") for run_id in (first, again, last)]


def test_a_check_that_no_later_run_made_stays(home: Home, instance: dg.DagsterInstance) -> None:
    failed = run(instance, 3)
    DEFINITIONS.resolve_job_def("all").execute_in_process(instance=instance, asset_selection=[dg.AssetKey("once")])
    instance.delete_run(failed)
    [record] = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("ledger"), "balances"), limit=5
    )
    assert (record.run_id, record.status.value) == (failed, "FAILED")


def test_runs_are_kept_as_long_as_the_home_says_and_leave_a_few_at_a_time(
    home: Home, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_AT_ONCE", 2)
    kept = [run(instance, day) for day in (1, 2, 3)]
    age(home, 40)
    kept.append(run(instance, 4))
    assert runs(instance) == kept
    monkeypatch.setenv(HISTORY_DAYS, "30")
    kept.append(run(instance, 5))
    assert runs(instance) == kept[2:]


def test_a_history_that_cannot_be_shortened_is_a_warning(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(HISTORY_DAYS, "a year")
    run(instance, 1)
    assert "runs that are too old to keep were not deleted" in caplog.text
    assert "CAMPAIGN_HISTORY_DAYS is 'a year'; give a number of days" in caplog.text

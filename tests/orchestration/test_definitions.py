"""The platform as Dagster sees it: everything named, owned and joined up, from the registry alone."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from expectations.suites import PUBLICATION, lake_suites, mart_suites
from ingest.home import Home
from ingest.sources import SOURCES
from orchestration.automation import landed_on_partitions, silent_since
from orchestration.definitions import build_definitions
from orchestration.project import read_project
from tests.orchestration.conftest import Copy

RAW = {dg.AssetKey([source.name, table.name]) for source in SOURCES for table in source.tables}
LEDGER = dg.AssetKey(["lake", "deliveries"])
DUBAI = ZoneInfo("Asia/Dubai")


@pytest.fixture(scope="module")
def definitions(published: Home) -> dg.Definitions:
    return build_definitions(published.root)


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in definitions.resolve_all_asset_specs()}


def test_every_table_of_the_registry_is_an_asset_and_the_ledger_has_a_partition_a_day(
    specs: dict[dg.AssetKey, dg.AssetSpec], published: Home
) -> None:
    assert set(specs) >= RAW
    days = {day.name for source in SOURCES for day in (published.landing / source.name).glob("*")}
    partitions = specs[LEDGER].partitions_def
    assert isinstance(partitions, dg.DailyPartitionsDefinition)
    assert set(partitions.get_partition_keys()) == days
    assert all(spec.partitions_def is None for key, spec in specs.items() if key != LEDGER)


def test_every_asset_says_what_it_is_and_who_answers_for_it(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    lacking = {
        key.to_user_string(): lack
        for key, spec in specs.items()
        for lack, has in {
            "description": spec.description,
            "owner": spec.owners,
            "kind": spec.kinds,
            "group": spec.group_name,
        }.items()
        if not has
    }
    assert lacking == {}
    assert {spec.group_name for spec in specs.values()} == {
        "deliveries",
        "reference",
        "campaign",
        *(source.title.replace(" ", "_") for source in SOURCES),
    }
    assert all(specs[key].kinds == {"polars", "parquet"} for key in RAW)
    assert specs[dg.AssetKey(["fct_live_session"])].kinds == {"dbt", "duckdb"}


def test_marts_can_be_built_and_judged_without_being_published(definitions: dg.Definitions) -> None:
    marts = dg.AssetSelection.assets("fct_hashtag_day").required_multi_asset_neighbors()
    with_marts = dg.Definitions.merge(definitions, dg.Definitions(jobs=[dg.define_asset_job("marts", marts)]))
    job = with_marts.resolve_job_def("marts")
    assert {node.name for node in job.nodes} == {"dbt_build", "publish"}
    assert dg.AssetKey(["published", "marts"]) not in job.asset_layer.executable_asset_keys


def test_marts_with_a_page_say_what_they_answer_and_whether_they_are_fresh(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    scorecard = specs[dg.AssetKey(["rpt_campaign_scorecard"])]
    assert str(scorecard.description).startswith("**Does the campaign work, and can each figure be trusted?**")
    assert str(scorecard.description).endswith("open the job daily and press Materialize all.*")
    assert scorecard.freshness_policy is not None
    assert specs[dg.AssetKey(["dim_campaign"])].freshness_policy is None


def test_groups_can_be_read_from_left_to_right(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    edges = {
        (str(specs[dep.asset_key].group_name), str(spec.group_name))
        for spec in specs.values()
        for dep in spec.deps
        if specs[dep.asset_key].group_name != spec.group_name
    }
    assert {one for one, other in edges if (other, one) in edges} == set()
    assert not any(one == "campaign" for one, _ in edges)


def test_every_dependency_is_an_asset_and_all_lead_to_the_publication(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    used = {dep.asset_key for spec in specs.values() for dep in spec.deps}
    assert used - set(specs) == set()
    assert used >= RAW | {LEDGER}
    for mart in set(mart_suites()) - {PUBLICATION}:
        assert dg.AssetKey([mart]) in {dep.asset_key for dep in specs[dg.AssetKey(["published", "marts"])].deps}


def test_every_expectation_is_a_check_that_stops_no_other_source(definitions: dg.Definitions) -> None:
    found = {
        (spec.asset_key.path[-1], spec.name): spec.blocking
        for asset in definitions.assets or ()
        if isinstance(asset, dg.AssetsDefinition) and asset.op.name.startswith(("ingest_", "publish"))
        for spec in asset.check_specs
    }
    wanted = {
        ("marts" if suite.subject == PUBLICATION else suite.subject, one.name)
        for suite in (*lake_suites().values(), *mart_suites().values())
        for one in suite.expectations
    }
    assert set(found) == wanted
    assert not any(found.values())


def test_dbt_runs_whole_or_not_at_all(definitions: dg.Definitions) -> None:
    [step] = [
        asset
        for asset in definitions.assets or ()
        if isinstance(asset, dg.AssetsDefinition) and asset.op.name == "dbt_build"
    ]
    assert not step.can_subset


def test_the_schedule_is_on_and_takes_what_is_not_published(copy: Copy, published: Home) -> None:
    home = copy(published)
    definitions = build_definitions(home.root)
    schedule = definitions.resolve_schedule_def("every_morning")
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert (schedule.cron_schedule, schedule.execution_timezone, schedule.job_name) == (
        "0 6 * * *",
        "Asia/Dubai",
        "daily",
    )
    with dg.DagsterInstance.ephemeral() as instance, dg.build_schedule_context(instance=instance) as context:
        nothing = schedule.evaluate_tick(context)
        assert nothing.run_requests == []
        assert nothing.skip_message == "Nothing to do: everything that landed is published."
        note = next(home.landing.glob("hashtag/*/*/delivery.yml"))
        note.write_text(note.read_text() + "\n# seen again\n")
        [request] = schedule.evaluate_tick(context).run_requests or []
    assert request.tags["campaign/reason"].startswith("1 new or changed delivery on 1 day, ")
    assert request.tags["dagster/max_retries"] == "2"


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_partitions_are_days_that_hold_deliveries_today_included(empty: Home) -> None:
    today = datetime.now(DUBAI).date()
    days = [today, today - timedelta(days=3), today - timedelta(days=9)]
    for number, day in enumerate(days):
        (empty.landing / SOURCES[number % 2].name / day.isoformat() / "x").mkdir(parents=True)
    for name in ("not-a-day", f"{today - timedelta(days=5):%Y%m%d}"):
        (empty.landing / SOURCES[0].name / name).mkdir()
    (empty.landing / SOURCES[0].name / (today + timedelta(days=2)).isoformat()).mkdir()
    assert landed_on_partitions(empty, SOURCES, DUBAI).get_partition_keys() == sorted(day.isoformat() for day in days)


def test_a_day_to_come_needs_no_new_definitions(empty: Home) -> None:
    today = datetime.now(DUBAI).date()
    (empty.landing / SOURCES[0].name / today.isoformat()).mkdir(parents=True)
    partitions = landed_on_partitions(empty, SOURCES, DUBAI)
    tomorrow = datetime.now(DUBAI) + timedelta(days=1)
    assert partitions.get_partition_keys(current_time=tomorrow) == [today.isoformat(), tomorrow.date().isoformat()]


@pytest.mark.parametrize(
    ("last", "starts_on", "ends_on", "is_silent"),
    [
        ("2024-03-08", "2023-12-01", "", False),
        ("2024-03-07", "2023-12-01", "", True),
        ("2024-01-01", "2023-12-01", "2024-01-31", False),
        ("2024-01-01", "2023-12-01", "2024-03-09", True),
        ("2024-01-01", "2024-03-11", "", False),
        ("2024-01-01", "2024-03-08", "", False),
        ("2024-01-01", "2024-03-07", "", True),
    ],
)
def test_silence_counts_while_a_campaign_runs(
    empty: Home, last: str, starts_on: str, ends_on: str, is_silent: bool
) -> None:
    empty.seeds.mkdir()
    (empty.seeds / "campaigns.csv").write_text(
        f"campaign_id,name,starts_on,ends_on,reporting_timezone\nc,C,{starts_on},{ends_on},Asia/Dubai\n"
    )
    now = datetime(2024, 3, 9, 21, 0, tzinfo=UTC)
    since = silent_since(empty, read_project(empty), date.fromisoformat(last), now)
    assert (since is not None) == is_silent

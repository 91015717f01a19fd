"""Real runs of the job in this process, on the home's own instance: which events they write, and what a red check says."""

from pathlib import Path

import dagster as dg
import duckdb
import polars as pl

from expectations.checks import read_checks
from ingest.home import Home
from ingest.ledger import read_ledger
from ingest.sources import SOURCES
from orchestration.assets import table_key
from orchestration.automation import JOB
from orchestration.definitions import build_definitions
from orchestration.instance import open_instance
from orchestration.runner import QUIET, check_line
from tests.orchestration.conftest import Copy

READINGS = dg.AssetKey(["hashtag", "video_readings"])
LEDGER = dg.AssetKey(["lake", "deliveries"])
LAKE = [LEDGER, *(table_key(source, table) for source in SOURCES for table in source.tables)]
"""What is taken in, without the models that follow from it."""


def touch(delivery: Path) -> None:
    note = delivery / "delivery.yml"
    note.write_text(note.read_text() + "\n# seen again\n")


def delivery(home: Home, source: str, number: int = 0) -> Path:
    return sorted(note.parent for note in (home.landing / source).glob("*/*/delivery.yml"))[number]


def test_the_first_run_writes_an_event_for_each_day_that_held_deliveries(copy: Copy, published: Home) -> None:
    home = copy(published)
    days = {
        day.name for source in ("hashtag", "live", "survey", "activation") for day in (home.landing / source).iterdir()
    }
    with open_instance(home) as instance:
        assert instance.get_materialized_partitions(LEDGER) == days
        [first] = instance.get_latest_materialization_events([READINGS]).values()
        assert first is not None


def test_a_run_names_the_days_it_takes_in_and_never_those_between(copy: Copy, published: Home) -> None:
    """Of days that somebody chose in the UI Dagster writes the events; they limit nothing."""
    home = copy(published)
    first, between, last = (delivery(home, "hashtag", number) for number in (0, 2, -1))
    touch(first)
    touch(last)
    with open_instance(home) as instance:
        tags = {f"dagster/asset_partition_range_{end}": between.parent.name for end in ("start", "end")}
        job = build_definitions(home.root).resolve_job_def(JOB)
        result = job.execute_in_process(instance=instance, tags=tags, run_config=QUIET, asset_selection=LAKE)
        events = result.asset_materializations_for_node("ledger")
    assert {event.partition for event in events} == {first.parent.name, between.parent.name, last.parent.name}
    days = {event.partition: event.metadata for event in events if event.partition != between.parent.name}
    assert all(int(str(metadata["loaded"].value)) > 0 for metadata in days.values())
    versions = read_ledger(home).filter(pl.col("version") == 2)
    assert versions.height == 2


def test_what_is_held_stays_red_until_it_is_mended(copy: Copy, published: Home) -> None:
    """Another run, of another source, must not turn the check green again."""
    home = copy(published)
    bad = next(note.parent for note in home.landing.glob("hashtag/*/mobile-panel/delivery.yml"))
    [csv] = [path for path in bad.iterdir() if path.suffix == ".csv"]
    good = csv.read_bytes()
    csv.write_bytes(good.replace(b"2022-", b"2031-"))
    first = job_result(home)
    touch(delivery(home, "survey"))
    second = job_result(home)
    csv.write_bytes(good)
    third = job_result(home)
    name = "captured_at_is_before_landing"
    for result, is_green in ((first, False), (second, False), (third, True)):
        assert result.success
        [check] = [
            one for one in result.get_asset_check_evaluations() if (one.asset_key, one.check_name) == (READINGS, name)
        ]
        assert check.passed == is_green
        assert check.severity == dg.AssetCheckSeverity.ERROR
        assert (f"{bad.parent.name}/{bad.name}" in str(check.metadata.get("observed"))) == (not is_green)
        [refused] = [
            one
            for one in result.get_asset_check_evaluations()
            if (one.asset_key, one.check_name) == (LEDGER, "nothing_held_or_refused")
        ]
        assert refused.passed == is_green
    failed = read_checks(home).filter(pl.col("check_name") == name, ~pl.col("passed"))
    assert failed["delivery"].unique().to_list() == [bad.name]


def test_a_model_that_fails_stops_the_publication_and_is_named(copy: Copy, published: Home) -> None:
    home = copy(published)
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("drop table intermediate.int_campaign__kpis")
    before = home.published.stat().st_ino
    definitions = build_definitions(home.root)
    after_the_lake = [*definitions.resolve_assets_def("dim_campaign").keys, dg.AssetKey(["published", "marts"])]
    with open_instance(home) as instance:
        job = definitions.resolve_job_def(JOB)
        result = job.execute_in_process(
            instance=instance, run_config=QUIET, raise_on_error=False, asset_selection=after_the_lake
        )
    assert not result.success
    data = result.failure_data_for_node("dbt_build")
    assert data is not None
    assert data.user_failure_data is not None
    assert "model int_campaign__scorecard: " in str(data.user_failure_data.description)
    assert "int_campaign__kpis does not exist" in str(data.user_failure_data.description)
    assert home.published.stat().st_ino == before
    built = {
        event.asset_key.to_user_string()
        for event in result.asset_materializations_for_node("dbt_build")
        if event.asset_key
    }
    assert "dim_campaign" in built
    assert "rpt_campaign_scorecard" not in built


def job_result(home: Home) -> dg.ExecuteInProcessResult:
    with open_instance(home) as instance:
        job = build_definitions(home.root).resolve_job_def(JOB)
        return job.execute_in_process(instance=instance, run_config=QUIET, asset_selection=LAKE)


def test_a_failed_check_says_what_was_found_and_what_was_expected() -> None:
    said = {
        "observed": dg.TextMetadataValue("the last landed on 2022-10-06"),
        "expected": dg.TextMetadataValue("one every day"),
    }
    check = dg.AssetCheckEvaluation(LEDGER, "deliveries_arrive", passed=False, metadata=said)
    assert (
        check_line(check) == "lake/deliveries deliveries_arrive: the last landed on 2022-10-06; expected one every day"
    )
    check = dg.AssetCheckEvaluation(
        LEDGER, "rows_are_kept", passed=False, metadata={**said, "sample": dg.TextMetadataValue("fct_a, fct_b")}
    )
    assert "the last landed on 2022-10-06 (fct_a, fct_b); expected" in check_line(check)

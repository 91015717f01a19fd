"""What a build brings up to date: held versions at its start and its end, dates and units to rebuild, files to read."""

import resource
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.dbt.lab import Lab

CAMPAIGNS = """campaign_id,name,starts_on,ends_on,reporting_timezone
c,Campaign,2026-03-02,,Asia/Dubai
d,Other,2026-03-02,,UTC
"""
HASHTAGS = "campaign_id,hashtag,display_hashtag,role\nc,calm,Calm,campaign\nd,calm,Calm,campaign\n"
REBUILDS = "select source, campaign_id, unit, rebuild_from from staging.stg_lake__rebuilds"


def day(number: int) -> date:
    return date(2026, 3, 1) + timedelta(days=number)


def at(number: int, hour: int = 6) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=UTC) + timedelta(days=number)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = Lab(tmp_path_factory.mktemp("template"), {"campaigns": CAMPAIGNS, "campaign_hashtags": HASHTAGS})
    assert lab.dbt("seed", "--select", "campaigns", "campaign_hashtags", "comparison_sets", "markets")
    return lab


@pytest.fixture
def lab(template: Lab, tmp_path: Path) -> Lab:
    return template.copy(tmp_path / "home")


def readings(lab: Lab, landed: int, name: str, days: list[datetime] | None, campaign: str = "c") -> None:
    rows = (
        None if days is None else {"video_readings": pl.DataFrame({"video_id": ["v"] * len(days), "captured_at": days})}
    )
    lab.deliver("hashtag", day(landed), name, campaign, rows)


def sessions(lab: Lab, landed: int, name: str, ids: list[str] | None) -> None:
    lab.deliver(
        "live", day(landed), name, "c", None if ids is None else {"live_sessions": pl.DataFrame({"session_id": ids})}
    )


def begin(lab: Lab, *arguments: str) -> set[tuple[object, ...]]:
    """Begin a build, and cut it off; what it was going to rebuild."""
    lab.run(["+stg_lake__rebuilds"], *arguments)
    return {
        (source, campaign, tuple(unit) if isinstance(unit, list) else None, since)
        for source, campaign, unit, since in lab.rows(REBUILDS)
    }


def files_read(lab: Lab, source: str, table: str) -> set[str]:
    """The deliveries whose files the build reads."""
    probe = f"select distinct delivery from {{{{ delivered('{source}', '{table}') }}}}"
    return {str(name) for (name,) in lab.show(probe)}


def test_dates_are_rebuilt_from_the_earliest_change_in_the_zone_of_the_campaign(lab: Lab) -> None:
    readings(lab, 1, "a", [at(0, 21), at(1)])  # one in the morning of the second in Dubai
    readings(lab, 5, "b", [at(5)])
    readings(lab, 5, "other", [at(0, 21)], "d")
    assert begin(lab) == {("hashtag", "c", None, day(1)), ("hashtag", "d", None, day(0))}
    lab.settle()
    assert begin(lab) == set()
    readings(lab, 6, "late", [at(3), at(6)])
    assert begin(lab) == {("hashtag", "c", None, day(3))}
    # Late reaches to the sixth and b to the fifth; a ends before the third.
    assert files_read(lab, "hashtag", "video_readings") == {"late", "b"}


def test_a_version_that_was_built_and_withdrawn_before_a_build_finished_is_rebuilt(lab: Lab) -> None:
    readings(lab, 5, "b", [at(5)])
    begin(lab)
    lab.settle()
    readings(lab, 6, "x", [at(2), at(6)])
    begin(lab)
    readings(lab, 6, "x", None)
    assert begin(lab) == {("hashtag", "c", None, day(2))}
    lab.settle()
    assert begin(lab) == set()


def test_a_replaced_version_counts_with_its_dates_and_a_restored_one_too(lab: Lab) -> None:
    readings(lab, 3, "a", [at(1)])
    begin(lab)
    lab.settle()
    readings(lab, 3, "a", [at(3)])
    assert begin(lab) == {("hashtag", "c", None, day(1))}
    readings(lab, 3, "a", [at(1)])
    assert begin(lab) == {("hashtag", "c", None, day(1))}


def test_an_edited_seed_rebuilds_its_campaign_from_the_dates_of_both(lab: Lab) -> None:
    readings(lab, 1, "a", [at(0, 21)])
    readings(lab, 1, "other", [at(1)], "d")
    begin(lab)
    lab.settle()
    (lab.project / "seeds" / "campaigns.csv").write_text(CAMPAIGNS.replace("Asia/Dubai", "Pacific/Auckland"))
    assert lab.dbt("seed", "--select", "campaigns")
    assert begin(lab) == {("hashtag", "c", None, day(1))}
    (lab.project / "seeds" / "campaigns.csv").write_text(CAMPAIGNS.replace("Asia/Dubai", "America/New_York"))
    assert lab.dbt("seed", "--select", "campaigns")
    assert begin(lab) == {("hashtag", "c", None, day(0))}


def test_a_full_refresh_that_is_cut_off_is_begun_again(lab: Lab) -> None:
    readings(lab, 1, "a", [at(1)])
    readings(lab, 5, "b", [at(5)])
    begin(lab)
    lab.settle()
    assert begin(lab, "--full-refresh") == {("hashtag", "c", None, day(1))}
    assert begin(lab) == {("hashtag", "c", None, day(1))}


def test_sessions_are_rebuilt_one_by_one(lab: Lab) -> None:
    sessions(lab, 1, "a", ["s", "t"])
    sessions(lab, 1, "b", ["u"])
    begin(lab)
    lab.settle()
    sessions(lab, 2, "more", ["s"])
    assert begin(lab) == {("live", "c", ("s",), None)}
    assert files_read(lab, "live", "live_sessions") == {"more", "a"}
    lab.settle()
    sessions(lab, 1, "a", None)
    assert begin(lab) == {("live", "c", ("s",), None), ("live", "c", ("t",), None)}
    assert files_read(lab, "live", "live_sessions") == {"more"}


def test_a_build_of_some_models_or_with_a_failure_settles_nothing(lab: Lab) -> None:
    readings(lab, 1, "a", [at(1)])
    assert begin(lab) != set()
    assert lab.rows("select distinct is_everywhere from intermediate.held") == [(False,)]


def test_any_name_of_a_delivery_is_read_as_it_is(lab: Lab) -> None:
    names = {"day [1]", "day 1", "x*y", "xzy", "what?", "o'brien", "كسر الوصمة"}
    for name in names:
        readings(lab, 1, name, [at(1)])
    begin(lab)
    assert files_read(lab, "hashtag", "video_readings") == names


def test_a_first_build_opens_the_files_of_all_deliveries(lab: Lab) -> None:
    """A session of a shell or a service may begin with a limit of few open files, which it may raise by itself."""
    few = len(list(Path("/proc/self/fd").iterdir())) + 60
    for number in range(few):
        readings(lab, 1, f"day {number}", [at(1)])
    begin(lab)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, most))
    assert len(files_read(lab, "hashtag", "video_readings")) == few

"""Marts against their suites: every expectation fires on a figure that a person would question, and only there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from expectations.checks import CheckResult, SuiteError
from expectations.suites import mart_suites, suite_for
from expectations.validation import validate_marts
from ingest.home import Home

BELIEVABLE = {
    "fct_hashtag_day": """
        select 'a' as campaign_id, 'calm' as hashtag, date '2022-10-01' + cast(number as integer) as event_on,
            cast(200 + number as bigint) as views, 0.1::double as engagement_rate_by_views
        from range(60) as days(number)
    """,
    "fct_live_session": """
        select 'a' as campaign_id, 's' || number as session_id, date '2022-10-01' + cast(number as integer) as event_on,
            cast(20 + number as bigint) as unique_attendees, 15::bigint as peak_concurrent, 300.5::double as attended_minutes,
            timestamptz '2022-10-01 18:10+00' + interval 1 day * number as peak_concurrent_at
        from range(10) as sessions(number)
    """,
    "fct_live_minute": """
        select 'a' as campaign_id, 's1' as session_id, timestamptz '2022-10-05 18:00+00' + interval 1 minute * number as
            minute_at, 1.5::double as concurrent, case when number between 5 and 100 then 2 else 0 end::bigint as concurrent_peak
        from range(120) as minutes(number)
    """,
    "fct_survey_estimate": """
        select 'a' as campaign_id, 'tpl' as survey_id, 'us' as sample, 'stress' as question_key, '1' as answer_code,
            'w' || number as wave, date '2022-01-01' + cast(number as integer) * 30 as event_on, 40.0 + number as estimate_pct,
            'all' as segment_name, 'all' as segment_value, 800::bigint as base_unweighted
        from range(4) as waves(number)
    """,
    "fct_campaign_kpi_day": """
        select 'a' as campaign_id, 'H01' as kpi_id, date '2022-10-02' + 7 * cast(number as integer) as event_on,
            'week' as period, 'all' as market, 'campaign' as subject_type, 'all' as subject_id, 50.0 + number as value
        from range(8) as weeks(number)
    """,
    "rpt_campaign_scorecard": """
        select 'a' as campaign_id, number + 1 as position, 'H0' || number as kpi_id, 'all' as market, 'awareness' as stage,
            0.9::double as attainment_rate
        from range(3) as lines(number)
    """,
}


@dataclass(frozen=True)
class Defect:
    """What is done to a believable mart, and where the check then points."""

    sql: str
    sample: str
    observed: str


DEFECTS = {
    ("fct_hashtag_day", "views_are_as_usual"): Defect(
        "update fct_hashtag_day set views = 2600 where event_on = '2022-11-28'", "a/calm/2022-11-28", "1 of 28 rows"
    ),
    ("fct_hashtag_day", "views_between"): Defect(
        "update fct_hashtag_day set views = -1001 where event_on = '2022-11-28'", "a/calm/2022-11-28", "1 of 28 rows"
    ),
    ("fct_hashtag_day", "engagement_rate_by_views_between"): Defect(
        "update fct_hashtag_day set engagement_rate_by_views = 1.01 where event_on = '2022-11-28'",
        "a/calm/2022-11-28",
        "1 of 28 rows",
    ),
    ("fct_live_session", "attendance_is_as_usual"): Defect(
        "update fct_live_session set unique_attendees = 300 where session_id = 's9'", "a/s9", "1 of 10 rows"
    ),
    ("fct_live_session", "sessions_differ"): Defect(
        "update fct_live_session set event_on = '2022-10-08', peak_concurrent_at = '2022-10-08 18:10+00' where session_id = 's8'",
        "a/s8",
        "1 of 10 rows",
    ),
    ("fct_live_minute", "somebody_is_present"): Defect(
        "update fct_live_minute set concurrent_peak = 0 where minute_at between '2022-10-05 19:10+00' and '2022-10-05 19:15+00'",
        "a/s1/2022-10-05 19:00:00.000000+00:00",
        "1 of 2 rows",
    ),
    ("fct_survey_estimate", "estimate_moves_little"): Defect(
        "update fct_survey_estimate set estimate_pct = 63 where wave = 'w3'", "a/tpl/us/stress/1/w3", "1 of 4 rows"
    ),
    ("fct_campaign_kpi_day", "value_is_as_usual"): Defect(
        "update fct_campaign_kpi_day set value = 600 where event_on = '2022-11-20'",
        "a/H01/2022-11-20/all/campaign/all",
        "1 of 4 rows",
    ),
    ("rpt_campaign_scorecard", "target_is_in_the_unit_of_its_kpi"): Defect(
        "update rpt_campaign_scorecard set attainment_rate = 11 where position = 1", "a/H00/all", "1 of 1 rows"
    ),
    ("publication", "half_of_the_rows_are_kept"): Defect(
        "delete from rpt_campaign_scorecard where position > 1", "rpt_campaign_scorecard", "1 of 6 rows"
    ),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose last publication had just these marts."""
    home = Home(tmp_path)
    home.published.parent.mkdir()
    with duckdb.connect(str(home.published)) as published:
        for mart, query in BELIEVABLE.items():
            published.execute(f"create table {mart} as {query}")
    return home


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for mart, query in BELIEVABLE.items():
            connection.execute(f"create table {mart} as {query}")
        yield connection


def failures(home: Home, marts: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], CheckResult]:
    return {(item.subject, item.check_name): item for item in validate_marts(home, "run-1", marts) if not item.passed}


def test_every_expectation_has_a_planted_defect() -> None:
    expected = {(mart, check.name) for mart, suite in mart_suites().items() for check in suite.expectations}
    assert expected - set(DEFECTS) == set(), "expectations without a planted defect"
    assert set(DEFECTS) - expected == set(), "defects without an expectation"


def test_every_mart_gets_every_result(home: Home, marts: duckdb.DuckDBPyConnection) -> None:
    results = validate_marts(home, "run-1", marts)
    assert {(item.subject, item.check_name) for item in results} == set(DEFECTS)
    assert len(results) == len(DEFECTS)
    assert all(item.passed and item.observed and item.layer == "mart" and item.sample is None for item in results)


@pytest.mark.parametrize("column", ["views_are_as_usual", "views_between", "engagement_rate_by_views_between", None])
def test_every_expectation_fires_on_its_defect_and_nowhere_else(
    column: str | None, home: Home, marts: duckdb.DuckDBPyConnection
) -> None:
    """Defects of different marts are planted at once; of one mart, one after the other."""
    planted = {
        (mart, check): defect
        for (mart, check), defect in DEFECTS.items()
        if (check == column if mart == "fct_hashtag_day" else column is None)
    }
    for defect in planted.values():
        marts.execute(defect.sql)
    found = failures(home, marts)
    assert set(found) == set(planted)
    for (mart, check), defect in planted.items():
        expected = next(item for item in suite_for(mart).expectations if item.name == check)
        assert found[mart, check] == CheckResult(
            layer="mart",
            subject=mart,
            check_name=check,
            severity=expected.severity,
            passed=False,
            observed=defect.observed,
            expected=expected.expected,
            failing=1,
            sample=defect.sample,
        )


def test_few_views_make_no_rate_and_few_days_no_habit(home: Home, marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("update fct_hashtag_day set views = 99, engagement_rate_by_views = 2 where event_on = '2022-11-28'")
    marts.execute("delete from fct_live_session where session_id < 's5'")
    marts.execute("update fct_live_session set unique_attendees = 300 where session_id = 's9'")
    assert failures(home, marts) == {}


def test_empty_marts_are_not_questioned(tmp_path: Path, marts: duckdb.DuckDBPyConnection) -> None:
    for mart in BELIEVABLE:
        marts.execute(f"delete from {mart}")
    assert failures(Home(tmp_path), marts) == {}


def test_a_published_file_that_cannot_be_read_is_no_measure(home: Home, marts: duckdb.DuckDBPyConnection) -> None:
    home.published.write_bytes(b"cut off")
    marts.execute("delete from rpt_campaign_scorecard")
    assert failures(home, marts) == {}


def test_a_sample_names_at_most_three_rows(home: Home, marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("update rpt_campaign_scorecard set attainment_rate = 11")
    marts.execute(
        "insert into rpt_campaign_scorecard by name select 'b' as campaign_id, 1 as position, 'V01' as kpi_id, 'AE' as market, 'attitude' as stage, 12 as attainment_rate"
    )
    found = failures(home, marts)["rpt_campaign_scorecard", "target_is_in_the_unit_of_its_kpi"]
    assert (found.failing, found.sample) == (4, "a/H00/all, a/H01/all, a/H02/all")


def test_a_mart_that_is_missing_is_an_error_and_no_verdict(home: Home, marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("drop table fct_live_minute")
    with pytest.raises(
        SuiteError, match=r"fct_live_minute: its expectations could not be evaluated: .*fct_live_minute"
    ):
        validate_marts(home, "run-1", marts)


def test_a_database_that_is_attached_is_only_read(tmp_path: Path, home: Home, marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(f"attach '{tmp_path}/build.duckdb' as build")
    marts.execute("copy from database memory to build")
    marts.execute("detach build")
    with duckdb.connect() as reader:
        reader.execute(f"attach '{tmp_path}/build.duckdb' as marts (read_only)")
        reader.execute("use marts")
        assert failures(home, reader) == {}

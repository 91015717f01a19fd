"""Marts against their suites: every expectation of every mart fires on a planted defect, and only there."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from expectations.checks import CheckResult
from expectations.suite import SuiteError
from expectations.suites import MART_SUITES
from expectations.validation import validate_marts
from ingest.sources import SOURCES

LOADED = frozenset(table.name for source in SOURCES for table in source.tables)
EXPECTATIONS = [(mart, item.name) for mart, suite in MART_SUITES.items() for item in suite.expectations]

BELIEVABLE = {
    "meta.metrics": "select unnest(['H01', 'H06']) as kpi_id",
    "dim_campaign": """
        select unnest(['a', 'b']) as campaign_id, 'A' as name, date '2022-10-04' as starts_on, date '2022-12-31' as
            ends_on, 'Asia/Dubai' as reporting_timezone
    """,
    "dim_hashtag": """
        select 'a' as campaign_id, unnest(['endthestigma', 'الصحة_النفسية']) as hashtag, 'EndTheStigma' as
            display_hashtag, true as is_campaign_hashtag
    """,
    "dim_creator": """
        select 'a' as campaign_id, unnest([repeat('1', 32), repeat('a', 32)]) as creator_key, date '2022-10-04' as
            first_posted_on, 'AE' as creator_country, null::boolean as is_partner
    """,
    "dim_video": """
        select 'a' as campaign_id, unnest(['1', '2']) as video_id, repeat('1', 32) as creator_key, timestamptz
            '2022-10-04 10:00+00' as created_at, 'AE' as creator_country, ['endthestigma'] as hashtags, null::varchar as
            programme, 'observed' as state
    """,
    "fct_hashtag_video_day": """
        select 'a' as campaign_id, unnest(['1', '2']) as video_id, date '2022-10-05' as event_on, 10::bigint as
            views, 1::bigint as likes, 1::bigint as comments, -1::bigint as shares, null::bigint as saves, 100::bigint
            as views_total, 10::bigint as likes_total, 5::bigint as comments_total, 2::bigint as shares_total,
            null::bigint as saves_total, 1::bigint as interval_days, false as is_first_reading, false as is_provisional,
            true as is_in_campaign
    """,
    "fct_hashtag_day": """
        select 'a' as campaign_id, unnest(['endthestigma', 'calm']) as hashtag, date '2022-10-05' as event_on,
            3::bigint as posts, 2::bigint as unique_creators, 1::bigint as new_creators, 100::bigint as views,
            10::bigint as likes, 5::bigint as comments, 1::bigint as shares, null::bigint as saves, 16::bigint as
            engagements_lcs, 0.16 as engagement_rate_by_views, false as is_provisional
    """,
    "dim_live_session": """
        select 'a' as campaign_id, unnest(['s1', 's2']) as session_id, 'T' as title, 'A' as advocate, 'sleep' as
            topic, 'tiktok' as platform, 'ar' as language, 'AE' as country, timestamptz '2022-10-05 18:00+00' as
            starts_at, timestamptz '2022-10-05 19:00+00' as ends_at
    """,
    "fct_live_session": """
        select 'a' as campaign_id, unnest(['s1', 's2']) as session_id, 'intervals' as basis, 'id' as identity,
            4::bigint as unique_attendees, 4::bigint as unique_attendees_low, 3::bigint as peak_concurrent, timestamptz
            '2022-10-05 18:05+00' as peak_concurrent_at, 1.9 as average_concurrent, 116.0 as attended_minutes, 29.0 as
            average_watch_minutes, 30.0 as median_watch_minutes, 2::bigint as present_at_5m, 2::bigint as
            present_at_15m, 2::bigint as present_at_30m, 50.0::double as retention_5m_pct, 50.0::double as
            retention_15m_pct, 50.0::double as retention_30m_pct, 0.25::double as completion_rate, 1::bigint as
            new_attendees, 3::bigint as returning_attendees, 1::bigint as imputed_leaves, 100.0 as attended_minutes_low,
            0.0 as uncovered_minutes
    """,
    "fct_live_minute": """
        select 'a' as campaign_id, unnest(['s1', 's2']) as session_id, timestamptz '2022-10-05 18:00+00' as
            minute_at, 2.5 as concurrent, 3::bigint as concurrent_peak
    """,
    "dim_survey_question": """
        select 'a' as campaign_id, 'tpl' as survey_id, 'w5' as wave, unnest(['q1', 'q2']) as question_code, 'stress'
            as question_key, 'How?' as question_text, 'single' as kind
    """,
    "fct_survey_estimate": """
        select 'a' as campaign_id, 'tpl' as survey_id, 'w5' as wave, 'us' as sample, 'q1' as question_code,
            unnest(['1', 'net']) as answer_code, 'Yes' as answer_label, 'all' as segment_name, 'all' as segment_value,
            60.0::double as estimate_pct, 2.0::double as standard_error_pct, 56.0::double as ci_low_pct, 64.0::double as
            ci_high_pct, 800::bigint as base_asked, 700::bigint as base_unweighted, 710.5::double as base_weighted,
            500.0::double as effective_base, 1.4::double as design_effect_kish, 1.3::double as design_effect, 'show' as
            display, null::varchar as reason
    """,
    "fct_campaign_kpi_day": """
        select 'a' as campaign_id, unnest(['H01', 'H06']) as kpi_id, date '2022-10-05' as event_on, 'day' as period,
            'all' as market, 'campaign' as subject_type, 'all' as subject_id, 5.0::double as numerator, 100.0::double as
            denominator, 5.0::double as value, 4.0::double as ci_low, 6.0::double as ci_high, 'by_event_date' as basis,
            false as is_provisional, null::varchar as reason
    """,
    "rpt_campaign_scorecard": """
        select 'a' as campaign_id, unnest(['H01', 'H06']) as kpi_id, unnest([1, 2]) as position, 'all' as market,
            'campaign' as subject_type, 'all' as subject_id, 'Views' as kpi_name, 'awareness' as stage, 'views' as unit,
            5.0::double as value, 4.0::double as ci_low, 6.0::double as ci_high, 10.0::double as target, 0.5 as
            attainment_rate, 3.0 as previous_value, 2.0 as change, 'behind' as status, date '2022-10-06' as as_of, false
            as is_provisional, null::varchar as reason
    """,
}


@dataclass(frozen=True)
class Defect:
    """What is done to a believable mart, and what the check then says."""

    sql: str
    sample: str | None
    failing: int | None = 1
    observed: str = "1 of 2 rows"


def interface(mart: str, first: str, twin: str, sample: str | None) -> dict[tuple[str, str], Defect]:
    """Defects of any mart: no rows, a column gone, the second row (`twin`) made a twin of the first, a key unknown."""
    suite = MART_SUITES[mart]
    gone = next(name for name in reversed(suite.columns) if name not in suite.key)
    unknown = sample and "/".join("NULL" if part == first else part for part in sample.split("/"))
    return {
        (mart, "has_rows"): Defect(f"delete from {mart}", None, None, "0 rows"),
        (mart, "public_columns"): Defect(f"alter table {mart} drop column {gone}", None, None, f"no column {gone}"),
        (mart, "key_unique"): Defect(f"update {mart} set {twin} = '{first}'", sample),
        (mart, "key_known"): Defect(f"update {mart} set {twin} = null where {twin} = '{first}'", unknown),
    }


def on(mart: str, row: str, sample: str | None, **checks: str) -> dict[tuple[str, str], Defect]:
    """A defect in one row of a mart per check."""
    return {
        (mart, check): Defect(f"update {mart} set {change} where {row}", sample) for check, change in checks.items()
    }


DEFECTS: dict[tuple[str, str], Defect] = {
    **interface("dim_campaign", "a", "campaign_id", "a"),
    **on(
        "dim_campaign",
        "campaign_id = 'a'",
        "a",
        dates_in_order="ends_on = '2022-10-03'",
        timezone_known="reporting_timezone = null",
    ),
    **interface("dim_hashtag", "endthestigma", "hashtag", "a/endthestigma"),
    **on("dim_hashtag", "hashtag = 'endthestigma'", "a/#x", hashtag_bare="hashtag = '#x'"),
    **on("dim_hashtag", "hashtag = 'endthestigma'", "a/x y", hashtag_without_space="hashtag = 'x y'"),
    **on("dim_hashtag", "hashtag = 'endthestigma'", "a/endthestigma", flag_known="is_campaign_hashtag = null"),
    **interface("dim_creator", "1" * 32, "creator_key", None),
    **on("dim_creator", "creator_key like '1%'", None, creators_pseudonymous="creator_key = 'somebody'"),
    **interface("dim_video", "1", "video_id", "a/1"),
    **on("dim_video", "video_id = '1'", "a/1", creators_pseudonymous="creator_key = '@somebody'"),
    **interface("fct_hashtag_video_day", "1", "video_id", "a/1/2022-10-05"),
    **on(
        "fct_hashtag_video_day",
        "video_id = '1'",
        "a/1/2022-10-05",
        net_has_total="likes_total = null",
        flags_known="is_provisional = null",
        interval_not_negative="interval_days = -1",
        totals_not_negative="shares_total = -1",
    ),
    **interface("fct_hashtag_day", "endthestigma", "hashtag", "a/endthestigma/2022-10-05"),
    **on(
        "fct_hashtag_day",
        "hashtag = 'endthestigma'",
        "a/endthestigma/2022-10-05",
        counts_not_negative="new_creators = -1",
        creators_nested="unique_creators = 4",
        rate_has_views="views = 0",
        rate_plausible="engagement_rate_by_views = 1.01",
        flag_known="is_provisional = null",
    ),
    **interface("dim_live_session", "s1", "session_id", "a/s1"),
    **on("dim_live_session", "session_id = 's1'", "a/s1", bounds_in_order="ends_at = starts_at - interval 1 second"),
    **interface("fct_live_session", "s1", "session_id", "a/s1"),
    **on(
        "fct_live_session",
        "session_id = 's1'",
        "a/s1",
        basis_known="basis = 'guess'",
        figures_not_negative="uncovered_minutes = -0.5",
        peak_above_average="average_concurrent = 3.5",
        peak_within_attendees="peak_concurrent = 5",
        low_within_high="attended_minutes_low = 116.5",
        retention_in_range="retention_30m_pct = 100.5",
        completion_in_range="completion_rate = 25",
        attendees_split="new_attendees = 2",
        samples_name_nobody="basis = 'samples'",
    ),
    **interface("fct_live_minute", "s1", "session_id", "a/s1/2022-10-05 18:00:00+00:00"),
    **on(
        "fct_live_minute",
        "session_id = 's1'",
        "a/s1/2022-10-05 18:00:00+00:00",
        figures_not_negative="concurrent = -1",
        peak_above_average="concurrent = 3.5",
    ),
    **on(
        "fct_live_minute",
        "session_id = 's1'",
        "a/s1/2022-10-05 18:00:01+00:00",
        whole_minutes="minute_at = '2022-10-05 18:00:01+00'",
    ),
    **interface("dim_survey_question", "q1", "question_code", "a/tpl/w5/q1"),
    **on(
        "dim_survey_question",
        "question_code = 'q1'",
        "a/tpl/w5/q1",
        question_key_known="question_key = null",
        question_text_known="question_text = null",
    ),
    **interface("fct_survey_estimate", "1", "answer_code", "a/tpl/w5/us/q1/1/all/all"),
    **on(
        "fct_survey_estimate",
        "answer_code = '1'",
        "a/tpl/w5/us/q1/1/all/all",
        estimates_in_range="estimate_pct = -1, ci_low_pct = -3",
        interval_holds_estimate="ci_low_pct = 61",
        figures_are_numbers="design_effect = 'nan'",
        standard_error_not_negative="standard_error_pct = -1",
        bases_nested="base_unweighted = 900",
        effective_base_within_base="effective_base = 701",
        small_bases_hidden="base_unweighted = 4, effective_base = 4",
        gaps_have_reasons="estimate_pct = null",
        display_known="display = 'hide'",
    ),
    **interface("fct_campaign_kpi_day", "H01", "kpi_id", "a/H01/2022-10-05/day/all"),
    **on("fct_campaign_kpi_day", "kpi_id = 'H01'", "a/X99/2022-10-05/day/all", kpi_in_dictionary="kpi_id = 'X99'"),
    **on("fct_campaign_kpi_day", "kpi_id = 'H01'", "a/H01/2022-10-05/month/all", period_known="period = 'month'"),
    **on(
        "fct_campaign_kpi_day",
        "kpi_id = 'H01'",
        "a/H01/2022-10-05/day/all",
        gaps_have_reasons="value = null",
        values_are_numbers="ci_high = 'inf'",
        interval_holds_value="ci_high = 4.5",
        no_value_over_nothing="denominator = 0",
        flag_known="is_provisional = null",
    ),
    **interface("rpt_campaign_scorecard", "all", "subject_id", None),
    **on("rpt_campaign_scorecard", "kpi_id = 'H01'", "a/X99/all", kpi_in_dictionary="kpi_id = 'X99'"),
    **on(
        "rpt_campaign_scorecard",
        "kpi_id = 'H01'",
        "a/H01/all",
        gaps_have_reasons="value = null, status = 'unknown'",
        values_are_numbers="value = 'inf', ci_high = 'inf'",
        interval_holds_value="ci_low = 5.5",
        status_known="status = 'green'",
        status_has_value="value = null, reason = 'no_data'",
    ),
    ("rpt_campaign_scorecard", "key_unique"): Defect(
        "update rpt_campaign_scorecard set position = 1", "a/H01/all, a/H06/all"
    ),
    ("rpt_campaign_scorecard", "key_known"): Defect(
        "update rpt_campaign_scorecard set market = null where kpi_id = 'H01'", "a/H01/NULL"
    ),
}


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create schema meta")
        for mart, query in BELIEVABLE.items():
            connection.execute(f"create table {mart} as {query}")
        yield connection


def failures(
    connection: duckdb.DuckDBPyConnection, loaded: Collection[str] = LOADED, **marts: Collection[str]
) -> dict[tuple[str, str], CheckResult]:
    results = validate_marts(connection, loaded, **marts)
    return {(item.subject, item.check_name): item for item in results if not item.passed}


def test_every_expectation_has_a_planted_defect() -> None:
    assert set(EXPECTATIONS) - set(DEFECTS) == set(), "expectations without a planted defect"
    assert set(DEFECTS) - set(EXPECTATIONS) == set(), "defects without an expectation"


def test_every_mart_gets_every_result(warehouse: duckdb.DuckDBPyConnection) -> None:
    results = validate_marts(warehouse, LOADED)
    assert [(item.subject, item.check_name) for item in results] == EXPECTATIONS
    assert all(item.passed and item.observed and item.layer == "mart" for item in results)


@pytest.mark.parametrize(("mart", "check"), EXPECTATIONS, ids=map(".".join, EXPECTATIONS))
def test_expectation_fires_on_its_defect_and_nowhere_else(
    mart: str, check: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    defect = DEFECTS[mart, check]
    warehouse.execute(defect.sql)
    found = failures(warehouse, marts=[mart])
    judged = {key for key, item in found.items() if not str(item.observed).startswith("not evaluated")}
    assert judged == {(mart, check)}
    expectation = next(item for item in MART_SUITES[mart].expectations if item.name == check)
    assert found[mart, check] == CheckResult(
        layer="mart",
        subject=mart,
        check_name=check,
        severity=expectation.severity,
        passed=False,
        observed=defect.observed,
        expected=expectation.expected,
        failing=defect.failing,
        sample=defect.sample,
    )


def test_only_marts_of_tables_that_are_filled_must_have_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    for mart in MART_SUITES:
        warehouse.execute(f"delete from {mart}")
    assert set(failures(warehouse, loaded=[])) == {("dim_campaign", "has_rows")}
    live = {
        "dim_campaign",
        "dim_live_session",
        "fct_live_session",
        "fct_live_minute",
        "fct_campaign_kpi_day",
        "rpt_campaign_scorecard",
    }
    assert set(failures(warehouse, loaded=["live_sessions"])) == {(mart, "has_rows") for mart in live}


def test_a_missing_column_is_an_error_of_what_reads_it_and_of_nothing_else(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("alter table fct_live_session drop column basis")
    found = failures(warehouse)
    assert {check: item.observed for (_, check), item in found.items()} == {
        "public_columns": "no column basis",
        "basis_known": "not evaluated: no column basis",
        "samples_name_nobody": "not evaluated: no column basis",
    }
    assert all(item.severity == "ERROR" and item.sample is None for item in found.values())
    assert found["fct_live_session", "basis_known"].failing is None


def test_a_sample_is_left_out_where_its_columns_are_missing(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("alter table rpt_campaign_scorecard drop column kpi_id")
    warehouse.execute("update rpt_campaign_scorecard set position = 1")
    repeated = failures(warehouse, marts=["rpt_campaign_scorecard"])["rpt_campaign_scorecard", "key_unique"]
    assert (repeated.failing, repeated.sample) == (1, None)


def test_a_missing_mart_fails_every_check(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("drop table dim_video")
    found = failures(warehouse)
    assert {mart for mart, _ in found} == {"dim_video"}
    assert len(found) == len(MART_SUITES["dim_video"].expectations)
    assert {item.observed for item in found.values()} == {"the mart is not there"}


def test_a_sample_names_at_most_three_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into dim_live_session by name select 'a' as campaign_id, 'x' || range as session_id from range(9)"
    )
    warehouse.execute("update dim_live_session set starts_at = '2022-10-05 18:00+00', ends_at = '2022-10-05 17:00+00'")
    found = failures(warehouse)["dim_live_session", "bounds_in_order"]
    assert (found.failing, found.sample) == (11, "a/s1, a/s2, a/x0")


def test_samples_of_videos_stay_out_of_what_stakeholders_see(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("update fct_hashtag_video_day set interval_days = -1")
    warehouse.execute("update fct_live_session set completion_rate = -1")
    found = failures(warehouse)
    assert found["fct_hashtag_video_day", "interval_not_negative"].shown_sample is None
    assert found["fct_live_session", "completion_in_range"].shown_sample == "a/s1, a/s2"


def test_a_database_can_be_attached_and_only_read(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    path = f"{tmp_path}/build.duckdb"
    warehouse.execute(f"attach '{path}' as build")
    warehouse.execute("copy from database memory to build")
    warehouse.execute("detach build")
    with duckdb.connect() as reader:
        reader.execute(f"attach '{path}' as build (read_only)")
        reader.execute("use build")
        assert failures(reader) == {}


def test_a_hash_that_two_keys_share_is_no_repetition(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.execute("create macro colliding(campaign_id, session_id) as 1")
    monkeypatch.setattr("expectations.marts.HASH", "colliding")
    assert failures(warehouse, marts=["dim_live_session"]) == {}


def test_what_cannot_be_evaluated_is_neither_passed_nor_failed(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("drop table meta.metrics")
    with pytest.raises(SuiteError, match=r"fct_campaign_kpi_day: .*metrics does not exist"):
        validate_marts(warehouse, LOADED)

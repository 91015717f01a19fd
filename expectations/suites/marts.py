"""What a person would question in a mart: figures that may be right and are hard to believe. They are shown and stop nothing.

What can be proved of a mart (its grain, its keys, ranges, sets, one column beside another) is for dbt. The SQL here picks
the rows to question, few and recent, and what is usual beside them; what is judged of them is a native expectation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from expectations.engine import Suite, Where, gxe
from expectations.kinds import WARNING, APairInOrder, Stated
from expectations.suites import PUBLICATION
from ingest.home import Home

RECENT_DAYS = 28
"""Only figures of a mart's last so many days are questioned; older ones were questioned when they were new."""

TIMES = 10
"""So many times the usual value is no longer believable."""

ENOUGH_VIEWS = 100
"""With fewer views, rates and comparisons vary by chance."""

ENOUGH_ASKED = 100
"""Estimates on fewer people move by chance."""

MOST_POINTS = 20.0
"""How far an estimate of a whole sample moves from wave to wave."""

EMPTY_MINUTES = 5
"""A session may empty for so long before it fills again."""

MOST_TAKEN_BACK = 1_000
"""Platforms correct their counters: a day may lose so many views."""

Frame = Callable[[duckdb.DuckDBPyConnection, Home], pl.DataFrame]


@dataclass(frozen=True)
class MartSuite:
    """The suite of a mart, the frame that it is judged on, and the columns that point to a row of it, never to a person."""

    suite: Suite
    frame: Frame
    key: tuple[str, ...]


class ViewsAreAsUsual(APairInOrder):
    """A day is no more than ten times as busy as the same weekday before."""

    column_A: str = "ten_times_usual"
    column_B: str = "views"
    description: str = (
        f"a day has at most {TIMES} times the views that are usual: the median of the last eight of its weekday, once "
        f"there are three, and they have {ENOUGH_VIEWS} views"
    )


class AttendanceIsAsUsual(APairInOrder):
    """A session is no more than ten times as well attended as those before."""

    column_A: str = "ten_times_usual"
    column_B: str = "unique_attendees"
    description: str = (
        f"a session has at most {TIMES} times the people that are usual: the median of the campaign's last 14 sessions, "
        "once there are five"
    )


class SessionsDiffer(Stated, gxe.ExpectColumnValuesToBeBetween):
    """Two sessions with the same peak at the same instant and the same minutes attended are one file that landed twice."""

    column: str = "place_among_alike"
    max_value: float = 1
    description: str = "no other session of the day had the same attendance to the second, as where a file landed twice"


class SomebodyIsPresent(Stated, gxe.ExpectColumnValuesToBeBetween):
    """A session does not empty and fill again."""

    column: str = "empty_minutes"
    max_value: float = EMPTY_MINUTES
    description: str = f"in no hour of a session has everybody left for more than {EMPTY_MINUTES} minutes, before others are there again"


class EstimateMovesLittle(Stated, gxe.ExpectColumnValuesToBeBetween):
    """What people think changes slowly; a question that was asked in other words does not."""

    column: str = "moved_pct_points"
    max_value: float = MOST_POINTS
    description: str = (
        f"an estimate on {ENOUGH_ASKED} people or more moves at most {MOST_POINTS:g} points from wave to wave"
    )


class ValueIsAsUsual(APairInOrder):
    """A week's figure is no more than ten times that of the weeks before."""

    column_A: str = "ten_times_usual"
    column_B: str = "value"
    description: str = f"a week's value is at most {TIMES} times what is usual: the median of the four weeks before, once there are three"


class TargetIsInTheUnitOfItsKpi(Stated, gxe.ExpectColumnValuesToBeBetween):
    """A target that is passed ten times over was meant in another unit."""

    column: str = "attainment_rate"
    max_value: float = TIMES
    description: str = f"a target is reached at most {TIMES} times over"


class HalfOfTheRowsAreKept(APairInOrder):
    """A publication keeps at least half of the rows of the one before."""

    column_A: str = "row_count"
    column_B: str = "half_of_the_published"
    description: str = "a mart has at least half of the rows that the last publication had"


def _sql(query: str) -> Frame:
    def frame(connection: duckdb.DuckDBPyConnection, home: Home) -> pl.DataFrame:  # noqa: ARG001 - as every frame
        found: pl.DataFrame = connection.sql(query).pl()
        return found

    return frame


def _kept_rows(connection: duckdb.DuckDBPyConnection, home: Home) -> pl.DataFrame:
    """The rows of every mart, and half of those that were published last; unknown where nothing can be read of it."""
    schema = {"mart": pl.String(), "row_count": pl.Int64()}
    now = pl.DataFrame(_row_counts(connection, "current_database()"), schema=schema, orient="row")
    before: list[tuple[str, int]] = []
    if home.published.exists():
        try:
            connection.execute(f"attach '{str(home.published).replace(chr(39), chr(39) * 2)}' as published (read_only)")
            before = _row_counts(connection, "'published'")
            connection.execute("detach published")
        except duckdb.Error:
            # The last file cannot be read; a publication makes it whole.
            before = []
    half = pl.DataFrame(before, schema={"mart": pl.String(), "half_of_the_published": pl.Float64()}, orient="row")
    return now.join(half.with_columns(pl.col("half_of_the_published") / 2), on="mart", how="left").sort("mart")


def _row_counts(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, int]]:
    listed = connection.execute(
        "select database_name, table_name from duckdb_tables() "
        f"where database_name = {database} and schema_name = 'main'"
    ).fetchall()
    return [
        (mart, connection.execute(f'select count(*) from "{name}".main."{mart}"').fetchall()[0][0])
        for name, mart in listed
    ]


_HASHTAG_DAYS = f"""
with days as (
    select campaign_id, hashtag, event_on, views, engagement_rate_by_views,
        median(views) over same_weekday as usual, count(views) over same_weekday as known
    from main.fct_hashtag_day
    where event_on > (select max(event_on) from main.fct_hashtag_day) - {RECENT_DAYS + 9 * 7}
    window same_weekday as (
        partition by campaign_id, hashtag, dayofweek(event_on) order by event_on
        rows between 8 preceding and 1 preceding
    )
)
select campaign_id, hashtag, event_on, views, engagement_rate_by_views,
    case when known >= 3 and usual >= {ENOUGH_VIEWS} then {TIMES} * usual end as ten_times_usual
from days
where event_on > (select max(event_on) from days) - {RECENT_DAYS}
order by campaign_id, hashtag, event_on
"""

_SESSIONS = f"""
with sessions as (
    select campaign_id, session_id, event_on, unique_attendees, attended_minutes,
        median(unique_attendees) over before as usual, count(unique_attendees) over before as known,
        row_number() over alike as place
    from main.fct_live_session
    window before as (
        partition by campaign_id order by event_on, session_id rows between 14 preceding and 1 preceding
    ), alike as (
        partition by campaign_id, event_on, peak_concurrent_at, peak_concurrent, attended_minutes order by session_id
    )
)
select campaign_id, session_id, unique_attendees,
    case when known >= 5 and usual >= 1 then {TIMES} * usual end as ten_times_usual,
    case when attended_minutes > 0 then place end as place_among_alike
from sessions
where event_on > (select max(event_on) from sessions) - {RECENT_DAYS}
order by campaign_id, session_id
"""

_SESSION_HOURS = f"""
with minutes as (
    select campaign_id, session_id, minute_at, concurrent_peak
    from main.fct_live_minute
    where minute_at > (select max(minute_at) from main.fct_live_minute) - interval {RECENT_DAYS} day
), attended as (
    select campaign_id, session_id, min(minute_at) as first_at, max(minute_at) as last_at
    from minutes
    where concurrent_peak > 0
    group by all
)
select campaign_id, session_id, date_trunc('hour', minute_at) as hour_at, count(*) filter (concurrent_peak = 0) as empty_minutes
from minutes
inner join attended using (campaign_id, session_id)
where minute_at between first_at and last_at
group by all
order by all
"""

_ESTIMATES = f"""
with waves as (
    select campaign_id, survey_id, sample, question_key, answer_code, wave, event_on, estimate_pct
    from main.fct_survey_estimate
    where segment_name = 'all' and base_unweighted >= {ENOUGH_ASKED}
)
select campaign_id, survey_id, sample, question_key, answer_code, wave,
    abs(estimate_pct - lag(estimate_pct) over wave_before) as moved_pct_points
from waves
window wave_before as (
    partition by campaign_id, survey_id, sample, question_key, answer_code order by event_on, wave
)
order by campaign_id, survey_id, sample, question_key, answer_code, wave
"""

_KPI_WEEKS = f"""
with weeks as (
    select campaign_id, kpi_id, event_on, market, subject_type, subject_id, value,
        median(value) over before as usual, count(value) over before as known
    from main.fct_campaign_kpi_day
    where period = 'week' and market = 'all'
        and event_on > (select max(event_on) from main.fct_campaign_kpi_day) - {RECENT_DAYS + 5 * 7}
    window before as (
        partition by campaign_id, kpi_id, market, subject_type, subject_id order by event_on
        rows between 4 preceding and 1 preceding
    )
)
select campaign_id, kpi_id, event_on, market, subject_type, subject_id, value,
    case when known >= 3 and usual > 0 then {TIMES} * usual end as ten_times_usual
from weeks
where event_on > (select max(event_on) from weeks) - {RECENT_DAYS}
order by campaign_id, kpi_id, event_on, market, subject_type, subject_id
"""

_SCORECARD = """
select campaign_id, kpi_id, market, attainment_rate from main.rpt_campaign_scorecard
where stage <> 'guardrail' -- whose target is a limit to stay clear of
order by campaign_id, position, market
"""

_MARTS = (
    MartSuite(
        Suite(
            "fct_hashtag_day",
            (
                ViewsAreAsUsual(severity=WARNING),
                gxe.ExpectColumnValuesToBeBetween(
                    column="views",
                    min_value=-MOST_TAKEN_BACK,
                    severity=WARNING,
                    description=f"the platform takes back at most {MOST_TAKEN_BACK:,} views more in a day than it counts",
                ),
                gxe.ExpectColumnValuesToBeBetween(
                    column="engagement_rate_by_views",
                    max_value=1,
                    row_condition=Where("views") >= ENOUGH_VIEWS,
                    severity=WARNING,
                    description=f"on {ENOUGH_VIEWS} views or more there is at most one engagement per view",
                ),
            ),
        ),
        _sql(_HASHTAG_DAYS),
        ("campaign_id", "hashtag", "event_on"),
    ),
    MartSuite(
        Suite("fct_live_session", (AttendanceIsAsUsual(severity=WARNING), SessionsDiffer(severity=WARNING))),
        _sql(_SESSIONS),
        ("campaign_id", "session_id"),
    ),
    MartSuite(
        Suite("fct_live_minute", (SomebodyIsPresent(severity=WARNING),)),
        _sql(_SESSION_HOURS),
        ("campaign_id", "session_id", "hour_at"),
    ),
    MartSuite(
        Suite("fct_survey_estimate", (EstimateMovesLittle(severity=WARNING),)),
        _sql(_ESTIMATES),
        ("campaign_id", "survey_id", "sample", "question_key", "answer_code", "wave"),
    ),
    MartSuite(
        Suite("fct_campaign_kpi_day", (ValueIsAsUsual(severity=WARNING),)),
        _sql(_KPI_WEEKS),
        ("campaign_id", "kpi_id", "event_on", "market", "subject_type", "subject_id"),
    ),
    MartSuite(
        Suite("rpt_campaign_scorecard", (TargetIsInTheUnitOfItsKpi(severity=WARNING),)),
        _sql(_SCORECARD),
        ("campaign_id", "kpi_id", "market"),
    ),
    MartSuite(
        Suite(PUBLICATION, (HalfOfTheRowsAreKept(severity=WARNING),)),
        _kept_rows,
        ("mart",),
    ),
)

MART_SUITES: Mapping[str, MartSuite] = {mart.suite.name: mart for mart in _MARTS}
"""By mart, the suite that it is judged by before it is published; and `PUBLICATION`, of all of them."""

"""What a mart must be before it is published. Relations between tables and their arithmetic are for dbt's tests.

An ERROR is what only we can have done wrong; what odd input may cause is a WARN, so that no delivery stops the others.
"""

import re

from expectations.suite import Expectation, MartSuite, Severity, between

ANY = "any"
"""What a mart is made from that has rows as soon as anything is loaded."""

EPSILON = "1e-9"
"""What floating point may add to or take from an inequality."""

COUNTERS = ("views", "likes", "comments", "shares", "saves")
_PSEUDONYM = "not regexp_full_match(creator_key, '[0-9a-f]{32}')"
_UNKNOWN_KPI = "kpi_id not in (select kpi_id from meta.metrics)"
_NOT_A_NUMBER = "isnan({0}) or isinf({0})"


def _none(name: str, expected: str, failing: str, severity: Severity = "ERROR") -> Expectation:
    """No row of the mart meets an SQL condition."""
    return Expectation(
        name=name,
        severity=severity,
        per="mart",
        expected=expected,
        rule=between(name, high=0),
        failing=re.sub(r"\s+", " ", failing),
    )


def _mart(
    subject: str,
    columns: str,
    key: str,
    *expectations: Expectation,
    made_from: str | None = None,
    sample: str | None = None,
    is_sample_public: bool = True,
    empty: Severity = "ERROR",
) -> MartSuite:
    """A mart's suite: its interface, its grain, that it has rows (`empty`: how bad it is if not), then its own."""
    keys = tuple(key.split())
    interface = (
        Expectation(
            name="has_rows",
            severity=empty,
            per="mart",
            expected="the mart has rows"
            if made_from is None
            else "the mart has rows once a loaded delivery fills its lake table",
            rule=between("has_rows", low=1),
        ),
        Expectation(
            name="public_columns",
            severity="ERROR",
            per="mart",
            expected="every column of the public interface is there",
            rule=between("public_columns", high=0),
        ),
        Expectation(
            name="key_unique",
            severity="ERROR",
            per="mart",
            expected=f"one row per {', '.join(keys)}",
            rule=between("key_unique", high=0),
        ),
        _none("key_known", f"{', '.join(keys)} are never unknown", " or ".join(f"{name} is null" for name in keys)),
    )
    return MartSuite(
        subject=subject,
        expectations=interface + expectations,
        made_from=made_from,
        columns=tuple(dict.fromkeys((*columns.split(), *keys))),
        key=keys,
        sample=keys if sample is None else tuple(sample.split()),
        is_sample_public=is_sample_public,
    )


def _any(condition: str, columns: str) -> str:
    return " or ".join(condition.format(column) for column in columns.split())


def _outside(estimate: str, low: str, high: str) -> str:
    return f"{low} > {estimate} + {EPSILON} or {high} < {estimate} - {EPSILON} or {low} > {high}"


# The value of V05 is the width of its interval, which therefore need not hold it.
_OUTSIDE_VALUE = f"kpi_id <> 'V05' and ({_outside('value', 'ci_low', 'ci_high')})"

MARTS: tuple[MartSuite, ...] = (
    _mart(
        "dim_campaign",
        "campaign_id name starts_on ends_on reporting_timezone",
        "campaign_id",
        _none("dates_in_order", "a campaign ends on or after the day it starts", "ends_on < starts_on"),
        _none("timezone_known", "a campaign has a reporting time zone", "reporting_timezone is null"),
    ),
    _mart(
        "dim_hashtag",
        "campaign_id hashtag display_hashtag is_campaign_hashtag",
        "campaign_id hashtag",
        _none(
            "hashtag_bare",
            "a hashtag is not empty and has no sign before it",
            "hashtag = '' or starts_with(hashtag, '#')",
        ),
        _none("hashtag_without_space", "a hashtag has no space in it", "regexp_matches(hashtag, '\\s')", "WARN"),
        _none("flag_known", "it is known whether a hashtag is the campaign's", "is_campaign_hashtag is null"),
        made_from="video_readings",
        empty="WARN",
    ),
    _mart(
        "dim_creator",
        "campaign_id creator_key first_posted_on creator_country is_partner",
        "campaign_id creator_key",
        _none("creators_pseudonymous", "a creator is known by a pseudonym only", _PSEUDONYM),
        made_from="video_readings",
        sample="",
        empty="WARN",
    ),
    _mart(
        "dim_video",
        "campaign_id video_id creator_key created_at creator_country hashtags programme state",
        "campaign_id video_id",
        _none("creators_pseudonymous", "a creator is known by a pseudonym only", _PSEUDONYM),
        made_from="video_readings",
        is_sample_public=False,
    ),
    _mart(
        "fct_hashtag_video_day",
        "campaign_id video_id event_on views likes comments shares saves views_total likes_total comments_total "
        "shares_total saves_total interval_days is_first_reading is_provisional is_in_campaign",
        "campaign_id video_id event_on",
        _none(
            "net_has_total",
            "where a net change is known, so is the total it leads to",
            " or ".join(f"{name} is not null and {name}_total is null" for name in COUNTERS),
        ),
        _none(
            "flags_known",
            "the flags of a reading are known",
            _any("{} is null", "is_first_reading is_provisional is_in_campaign"),
        ),
        _none("interval_not_negative", "no interval is negative", "interval_days < 0"),
        _none(
            "totals_not_negative",
            "no total is negative",
            " or ".join(f"{name}_total < 0" for name in COUNTERS),
            "WARN",
        ),
        made_from="video_readings",
        is_sample_public=False,
    ),
    _mart(
        "fct_hashtag_day",
        "campaign_id hashtag event_on posts unique_creators new_creators views likes comments shares saves "
        "engagements_lcs engagement_rate_by_views is_provisional",
        "campaign_id hashtag event_on",
        _none(
            "counts_not_negative",
            "no count of posts or creators is negative",
            _any("{} < 0", "posts unique_creators new_creators"),
        ),
        _none(
            "creators_nested",
            "there are no more new creators than creators, no more creators than posts",
            "new_creators > unique_creators or unique_creators > posts",
        ),
        _none(
            "rate_has_views",
            "without views there is no engagement rate",
            f"views = 0 and engagement_rate_by_views is not null or {_any(_NOT_A_NUMBER, 'engagement_rate_by_views')}",
        ),
        _none(
            "rate_plausible",
            "an engagement rate lies between 0 and 1",
            "engagement_rate_by_views < 0 or engagement_rate_by_views > 1",
            "WARN",
        ),
        _none("flag_known", "it is known whether a row is provisional", "is_provisional is null"),
        made_from="video_readings",
        empty="WARN",
    ),
    _mart(
        "dim_live_session",
        "campaign_id session_id title advocate topic platform language country starts_at ends_at",
        "campaign_id session_id",
        _none("bounds_in_order", "a session ends after it starts", "ends_at < starts_at", "WARN"),
        made_from="live_sessions",
    ),
    _mart(
        "fct_live_session",
        "campaign_id session_id basis identity unique_attendees unique_attendees_low peak_concurrent "
        "peak_concurrent_at average_concurrent attended_minutes average_watch_minutes median_watch_minutes "
        "present_at_5m present_at_15m present_at_30m retention_5m_pct retention_15m_pct retention_30m_pct "
        "completion_rate new_attendees returning_attendees imputed_leaves attended_minutes_low uncovered_minutes",
        "campaign_id session_id",
        _none(
            "basis_known",
            "the basis of a session is intervals or samples",
            "basis is null or basis not in ('intervals', 'samples')",
        ),
        _none(
            "figures_not_negative",
            "no figure of a session is negative",
            _any(
                "{} < 0",
                "unique_attendees unique_attendees_low peak_concurrent average_concurrent attended_minutes "
                "average_watch_minutes median_watch_minutes new_attendees returning_attendees imputed_leaves "
                "attended_minutes_low uncovered_minutes",
            ),
        ),
        _none(
            "peak_above_average",
            "the peak is not below the average",
            f"peak_concurrent < average_concurrent - {EPSILON}",
        ),
        _none("peak_within_attendees", "the peak is within the unique attendees", "peak_concurrent > unique_attendees"),
        _none(
            "low_within_high",
            "the low of a figure is not above the figure",
            f"unique_attendees_low > unique_attendees or attended_minutes_low > attended_minutes + {EPSILON}",
        ),
        _none(
            "retention_in_range",
            "retention lies between 0 and 100 per cent",
            _any("{0} < 0 or {0} > 100", "retention_5m_pct retention_15m_pct retention_30m_pct"),
        ),
        _none(
            "completion_in_range",
            "the completion rate lies between 0 and 1",
            "completion_rate < 0 or completion_rate > 1",
        ),
        _none(
            "attendees_split",
            "new and returning attendees are within the unique attendees",
            "new_attendees + returning_attendees > unique_attendees",
        ),
        _none(
            "samples_name_nobody",
            "a session known from samples has no figures of people",
            "basis = 'samples' and "
            "coalesce(unique_attendees, unique_attendees_low, new_attendees, returning_attendees) is not null",
        ),
        made_from="live_sessions",
    ),
    _mart(
        "fct_live_minute",
        "session_id minute_at concurrent concurrent_peak",
        "campaign_id session_id minute_at",
        _none(
            "figures_not_negative", "no figure of a minute is negative", _any("{} < 0", "concurrent concurrent_peak")
        ),
        _none("peak_above_average", "the peak is not below the average", f"concurrent_peak < concurrent - {EPSILON}"),
        _none("whole_minutes", "a minute begins on the minute", "date_trunc('minute', minute_at) <> minute_at"),
        made_from="live_sessions",
        empty="WARN",
    ),
    _mart(
        "dim_survey_question",
        "survey_id wave question_code question_key question_text kind",
        "campaign_id survey_id wave question_code",
        _none("question_key_known", "a question can be followed across waves", "question_key is null"),
        _none("question_text_known", "a question has its text", "question_text is null", "WARN"),
        made_from="survey_questions",
    ),
    _mart(
        "fct_survey_estimate",
        "survey_id wave sample question_code answer_code answer_label segment_name segment_value estimate_pct "
        "standard_error_pct ci_low_pct ci_high_pct base_asked base_unweighted base_weighted effective_base "
        "design_effect_kish design_effect display reason",
        "campaign_id survey_id wave sample question_code answer_code segment_name segment_value",
        _none(
            "estimates_in_range",
            "an estimate lies between 0 and 100 per cent, a net from -100",
            "estimate_pct > 100 or estimate_pct < case when answer_code = 'net' then -100 else 0 end",
        ),
        _none(
            "interval_holds_estimate",
            "an interval holds its estimate",
            _outside("estimate_pct", "ci_low_pct", "ci_high_pct"),
        ),
        _none(
            "figures_are_numbers",
            "no figure is infinite or not a number",
            _any(_NOT_A_NUMBER, "estimate_pct standard_error_pct ci_low_pct ci_high_pct effective_base design_effect"),
        ),
        _none("standard_error_not_negative", "no standard error is negative", "standard_error_pct < 0"),
        _none(
            "bases_nested",
            "bases are not negative, and those who answered were asked",
            "base_weighted < 0 or base_unweighted < 0 or base_unweighted > base_asked",
        ),
        _none(
            "effective_base_within_base",
            "the effective base is within the base, so that the design effect of weighting is at least 1",
            "effective_base < 0 or effective_base > base_unweighted + 1e-6 or design_effect_kish < 1 - 1e-6",
        ),
        _none(
            "small_bases_hidden",
            "an estimate on fewer than 5 people is not shown",
            "base_unweighted < 5 and coalesce(estimate_pct, ci_low_pct, ci_high_pct, standard_error_pct) is not null",
        ),
        _none("gaps_have_reasons", "a missing estimate has its reason", "estimate_pct is null and reason is null"),
        _none(
            "display_known",
            "display is show, footnote, review or suppress",
            "display not in ('show', 'footnote', 'review', 'suppress')",
        ),
        made_from="survey_answers",
    ),
    _mart(
        "fct_campaign_kpi_day",
        "campaign_id kpi_id event_on period market subject_type subject_id numerator denominator value ci_low ci_high "
        "basis is_provisional reason",
        "campaign_id kpi_id event_on period market subject_type subject_id",
        _none("kpi_in_dictionary", "a KPI is in the metric dictionary", _UNKNOWN_KPI),
        _none(
            "period_known",
            "a period is day, week, campaign_to_date, wave or session",
            "period not in ('day', 'week', 'campaign_to_date', 'wave', 'session')",
        ),
        _none("gaps_have_reasons", "a missing value has its reason", "value is null and reason is null"),
        _none(
            "values_are_numbers", "no value is infinite or not a number", _any(_NOT_A_NUMBER, "value ci_low ci_high")
        ),
        _none("interval_holds_value", "an interval holds its value", _OUTSIDE_VALUE),
        _none(
            "no_value_over_nothing", "without a denominator there is no value", "denominator = 0 and value is not null"
        ),
        _none(
            "flag_known", "it is known whether a value is provisional", "value is not null and is_provisional is null"
        ),
        made_from=ANY,
        sample="campaign_id kpi_id event_on period market",
    ),
    _mart(
        "rpt_campaign_scorecard",
        "campaign_id kpi_id kpi_name stage unit value ci_low ci_high target attainment_rate previous_value change "
        "status as_of is_provisional reason",
        "campaign_id position market subject_type subject_id",
        _none("kpi_in_dictionary", "a KPI is in the metric dictionary", _UNKNOWN_KPI),
        _none("gaps_have_reasons", "a missing value has its reason", "value is null and reason is null"),
        _none(
            "values_are_numbers", "no value is infinite or not a number", _any(_NOT_A_NUMBER, "value ci_low ci_high")
        ),
        _none("interval_holds_value", "an interval holds its value", _OUTSIDE_VALUE),
        _none(
            "status_known",
            "a status is on_track, behind, no_target or unknown",
            "status is null or status not in ('on_track', 'behind', 'no_target', 'unknown')",
        ),
        _none(
            "status_has_value", "a status of progress has a value", "status in ('on_track', 'behind') and value is null"
        ),
        made_from=ANY,
        sample="campaign_id kpi_id market",
    ),
)

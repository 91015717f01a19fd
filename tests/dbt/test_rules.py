"""Rules of the marts: each breaks on its planted defect and on no other, in DuckDB, as the macro writes them."""

from functools import cache
from typing import Any

import duckdb
import jinja2
import pytest
import yaml

from tests.dbt.lab import PROJECT

BELIEVABLE = {
    "dim_campaign": """
        select unnest(['a', 'b']) as campaign_id, 'A' as name, date '2022-10-04' as starts_on, date '2022-12-31' as
            ends_on, 'Asia/Dubai' as reporting_timezone
    """,
    "dim_hashtag": """
        select 'a' as campaign_id, unnest(['endthestigma', 'الصحة_النفسية']) as hashtag, 'EndTheStigma' as
            display_hashtag, true as is_campaign_hashtag, true as is_seeded, 1::bigint as videos, null::varchar as alias_of
    """,
    "dim_creator": """
        select 'a' as campaign_id, unnest([repeat('1', 32), repeat('a', 32)]) as creator_key, date '2022-10-04' as
            first_posted_on, 'AE' as creator_country, null::boolean as is_partner
    """,
    "dim_video": """
        select 'a' as campaign_id, unnest(['1', '2']) as video_id, repeat('1', 32) as creator_key, timestamptz
            '2022-10-04 10:00+00' as created_at, 'AE' as creator_country, ['endthestigma'] as hashtags, null::varchar as
            programme, 'observed' as state, date '2022-10-04' as state_since
    """,
    "fct_hashtag_video_day": """
        select 'a' as campaign_id, unnest(['1', '2']) as video_id, date '2022-10-05' as event_on, 10::bigint as
            views, 1::bigint as likes, 1::bigint as comments, -1::bigint as shares, null::bigint as saves, 100::bigint
            as views_total, 10::bigint as likes_total, 5::bigint as comments_total, 2::bigint as shares_total,
            null::bigint as saves_total, 1::bigint as interval_days, false as is_first_reading, false as is_provisional,
            true as is_in_campaign,
            10::bigint as views_low, 10::bigint as views_high, 10::bigint as views_gross, 0::bigint as views_removed, 0::bigint as views_reset, 0::bigint as views_correction,
            1::bigint as likes_low, 1::bigint as likes_high, 1::bigint as likes_gross, 0::bigint as likes_removed, 0::bigint as likes_reset, 0::bigint as likes_correction,
            1::bigint as comments_low, 1::bigint as comments_high, 1::bigint as comments_gross, 0::bigint as comments_removed, 0::bigint as comments_reset, 0::bigint as comments_correction,
            -1::bigint as shares_low, -1::bigint as shares_high, 0::bigint as shares_gross, 1::bigint as shares_removed, 0::bigint as shares_reset, 1::bigint as shares_correction,
            null::bigint as saves_low, null::bigint as saves_high, null::bigint as saves_gross, null::bigint as saves_removed, null::bigint as saves_reset, null::bigint as saves_correction
    """,
    "fct_hashtag_day": """
        select 'a' as campaign_id, unnest(['endthestigma', 'calm']) as hashtag, date '2022-10-05' as event_on,
            3::bigint as posts, 2::bigint as unique_creators, 1::bigint as new_creators, 100::bigint as views,
            10::bigint as likes, 5::bigint as comments, 1::bigint as shares, null::bigint as saves, 16::bigint as
            engagements_lcs, 0.16::double as engagement_rate_by_views, false as is_provisional
    """,
    "fct_hashtag_cohort": """
        select 'a' as campaign_id, unnest(['endthestigma', 'calm']) as hashtag, date '2022-10-05' as posted_on, 7 as age_days,
            date '2022-10-12' as event_on, 3::bigint as posts, 2::bigint as posts_measured, 100::bigint as views
    """,
    "fct_hashtag_total_day": """
        select 'a' as campaign_id, 'tiktok' as platform, unnest(['endthestigma', 'calm']) as hashtag, date '2022-10-05' as
            event_on, 541200::bigint as platform_views, 541150::bigint as platform_views_low, 541300::bigint as
            platform_views_high, 12::bigint as platform_posts, 12::bigint as platform_posts_low, 12::bigint as
            platform_posts_high, 8::bigint as readings, 2::bigint as falls, 1::bigint as falls_within_rounding
    """,
    "fct_hashtag_pair_week": """
        select 'a' as campaign_id, date '2022-10-03' as week_on, 'calm' as hashtag, unnest(['fyp', 'sleep']) as other_hashtag,
            100::bigint as posts, 40::bigint as posts_with_hashtag, 25::bigint as posts_with_other, 20::bigint as
            posts_together, 12::bigint as creators_together, 2.0::double as lift, 0.43::double as npmi, null::varchar as reason
    """,
    "fct_hashtag_concentration_week": """
        select 'a' as campaign_id, 'hashtag' as subject_type, unnest(['calm', 'sleep']) as subject_id, 'all' as market, date
            '2022-10-03' as week_on, 40::bigint as creators, 900::bigint as views, 0.6::double as gini, 0.3::double as
            top_share, null::varchar as reason
    """,
    "fct_creator_delivery": """
        select 'a' as campaign_id, unnest(['d1', 'd2']) as deliverable_id, date '2022-10-10' as due_on, date '2022-10-09' as
            published_on, 'in_time' as status, 8::bigint as posts_before, 100.0::double as usual_views_7d, 1.5::double as
            uplift, null::varchar as reason
    """,
    "fct_hashtag_video_life": """
        select 'a' as campaign_id, unnest(['1', '2']) as video_id, date '2022-10-05' as created_on, 20::bigint as readings,
            5.0::double as first_read_hours, 660.0::double as last_read_hours, true as is_complete, 29.0::double as
            hours_to_peak, 53.0::double as hours_to_half
    """,
    "fct_hashtag_owned_video_day": """
        select 'a' as campaign_id, unnest(['1', '2']) as video_id, date '2022-10-05' as event_on, 900::bigint as views,
            700::bigint as reach, 9000.0::double as watch_seconds, 0.2::double as completion_rate
    """,
    "fct_hashtag_account_day": """
        select 'a' as campaign_id, repeat('1', 32) as account_key, unnest(['studio', 'unknown']) as metric_definition,
            date '2022-10-05' as event_on, 900::bigint as views, 40::bigint as viewers, 10::bigint as new_viewers,
            null::bigint as returning_viewers, 700::bigint as followers
    """,
    "rpt_hashtag_top_videos": """
        select 'a' as campaign_id, 'tiktok/public' as view_definition, unnest([1, 2]) as position, 'partner' as programme,
            '1' as video_id, 'https://www.tiktok.com/@_/video/1' as link
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
            retention_15m_pct, 50.0::double as retention_30m_pct, 0.25::double as completion_rate, 1::bigint as completed_attendees,
            null::varchar as reason, null::varchar as new_attendees_reason, 1::bigint as
            new_attendees, 3::bigint as returning_attendees, 1::bigint as imputed_leaves, 100.0 as attended_minutes_low,
            0.0 as uncovered_minutes
    """,
    "fct_live_minute": """
        select 'a' as campaign_id, unnest(['s1', 's2']) as session_id, timestamptz '2022-10-05 18:00+00' as
            minute_at, 2.5 as concurrent, 3::bigint as concurrent_peak
    """,
    "fct_live_retention": """
        select 'a' as campaign_id, unnest(['s1', 's2']) as session_id, 'viewer' as clock, 5::bigint as minute, 3::bigint as
            viewers, 4::bigint as base, 75.0::double as retention_pct, null::varchar as reason
    """,
    "fct_live_interaction_minute": """
        select 'a' as campaign_id, unnest(['s1', 's2']) as session_id, timestamptz '2022-10-05 18:00+00' as
            minute_at, 'like' as kind, 2::bigint as events, 30::bigint as interactions, 1::bigint as events_within
    """,
    "fct_live_registration": """
        select 'a' as campaign_id, unnest(['s1', 's2']) as session_id, 4::bigint as registrations, 1::bigint as
            late_registrations, 1::bigint as cancelled, 0::bigint as denied, 3::bigint as registered_attendees, 2::bigint as
            walk_ins, 0.75::double as attendance_rate, null::varchar as reason
    """,
    "rpt_live_advocate": """
        select 'a' as campaign_id, unnest(['Dr. A', 'Dr. B']) as advocate, null::varchar as advocate_name,
            null::varchar as advocate_name_ar, null::varchar as advocate_field, 'L07' as kpi_id, 3::bigint as sessions,
            30.0::double as observed, 28.0::double as estimate, 20.0::double as ci_low, 36.0::double as ci_high, 0.8::double as
            own_weight, 20.0::double as prior_mean, false as is_prior_only, null::varchar as reason
    """,
    "rpt_live_reconciliation": """
        select 'a' as campaign_id, unnest(['s1', 's2']) as session_id, 'participants' as measure, 'staff' as cause,
            10.0::double as ours, 12.0::double as platform, -2.0::double as residual, -2.0::double as difference
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
    "fct_survey_mean": """
        select 'a' as campaign_id, 'tpl' as survey_id, 'w5' as wave, 'us' as sample, 'ribs/published' as question_code,
            'published' as scoring, 'all' as segment_name, unnest(['all', 'b']) as segment_value, 15.0::double as mean_points,
            0.2::double as standard_error_points, 14.6::double as ci_low_points, 15.4::double as ci_high_points,
            800::bigint as base_asked, 700::bigint as base_unweighted, 600.0::double as effective_base, 0.8::double as alpha,
            null::varchar as reason
    """,
    "fct_survey_response": """
        select 'a' as campaign_id, 'tpl' as survey_id, 'w5' as wave, 'us' as sample, unnest(['r1', 'r2']) as respondent_key,
            'q1' as question_code, '4' as answer_code, 1.5::double as weight
    """,
    "fct_survey_quality": """
        select 'a' as campaign_id, 'tpl' as survey_id, 'w5' as wave, 'us' as sample, unnest(['any', 'speeder']) as rule,
            800::bigint as judged, 40::bigint as removed, 5.0::double as removed_pct
    """,
    "fct_survey_change": """
        select 'a' as campaign_id, 'tpl' as survey_id, 'us' as sample, 'stress' as question_key, unnest(['1', 'net']) as
            answer_code, 'wave' as comparison, 'w4' as from_wave, 'w5' as to_wave, 'all' as segment_name, 'all' as
            segment_value, 'all' as from_segment_value, 5.0::double as change_pct_points, 2.0::double as
            standard_error_pct_points, 1.0::double as ci_low_pct_points, 9.0::double as ci_high_pct_points, null::double as
            change_points, 1.0::double as ci_low_points, 9.0::double as ci_high_points, 1.5::double as e_value, 1.2::double as
            e_value_bound, 3.0::double as table_f, 0.04::double as table_p_value, 2.0::double
            as overall_f, 0.05::double as overall_p_value, 0.01::double as p_value, 0.02::double as p_value_adjusted, true as is_significant, false as has_break, null::varchar as reason
    """,
    "fct_activation_day": """
        select 'a' as campaign_id, unnest(['guide.opened', 'app.crashed']) as activation, 'unknown' as asset_id, date
            '2022-10-05' as event_on, 'events' as basis, true as is_known, 9::bigint as events, 12::bigint as events_gross,
            5::bigint as unique_people, 6::bigint as unique_people_gross, 1::bigint as events_without_person, 0::bigint as
            events_with_built_key, null::varchar as reason
    """,
    "fct_activation_funnel": """
        select 'a' as campaign_id, 'guide' as funnel, unnest(['guide.completed', 'resource.clicked']) as step, 3 as
            step_number, date '2022-10-03' as week_on, 4::bigint as people, 8::bigint as people_before, 0.5::double as
            conversion_rate, null::varchar as reason
    """,
    "fct_feature_adoption": """
        select 'a' as campaign_id, unnest(['screen_time', 'filters']) as feature, date '2022-10-03' as week_on, 10::bigint as
            viewers, 1::bigint as already_on, 1::bigint as switched_automatically, 8::bigint as candidates, 8::bigint as
            candidates_observed, 4::bigint as adopters, 0.5::double as adoption_rate, null::varchar as reason, 3::bigint as
            adopters_observed, 2::bigint as kept, 0.6667::double as retention_rate, null::varchar as retention_reason
    """,
    "fct_toolkit_week": """
        select 'a' as campaign_id, unnest(['friends-ar', 'friends-en']) as toolkit, '1' as version, date '2022-10-03' as
            week_on, 9::bigint as downloads, 10::bigint as downloads_gross, 7::bigint as unique_people, 1::bigint as
            downloads_without_person
    """,
    "fct_support_week": """
        select 'a' as campaign_id, date '2022-10-03' as week_on, unnest(['AE', 'SA']) as market, 'story' as kind, 100::bigint as
            items, 30::bigint as found, 0.25::double as share, 0.15::double as share_low, 0.35::double as share_high,
            null::varchar as reason
    """,
    "fct_safe_messaging_week": """
        select 'a' as campaign_id, date '2022-10-03' as week_on, unnest(['story', 'all']) as content_type, 40::bigint as required,
            30::bigint as attached, null::varchar as reason, 9::bigint as flags, 7::bigint as acted_on, 2::bigint as open_flags,
            5.5::double as median_hours_to_action, 20.0::double as p90_hours_to_action, null::varchar as action_reason
    """,
    "fct_help_seeking_week": """
        select 'a' as campaign_id, date '2022-10-03' as week_on, unnest(['AE', 'SA']) as market, 'line' as resource_id,
            14::bigint as taps, 12::bigint as unique_people, 0::bigint as cells_withheld, null::varchar as reason
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
            as is_provisional, null::varchar as reason,
            null::varchar as reason_text, true as trust, null::varchar as trust_reason, null::double as pacing
    """,
}


def rules_of(model: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a mart's one test."""
    [test] = model["data_tests"]
    return dict(test["rules"]["arguments"])


MARTS = {
    model["name"]: rules_of(model)
    for path in sorted((PROJECT / "models" / "marts").rglob("*.yml"))
    for model in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("models", [])
}
MACRO = (PROJECT / "macros" / "rules.sql").read_text("utf-8")

DEFECTS: dict[tuple[str, str], tuple[str, str]] = {
    ("dim_campaign", "dates_in_order"): ("ends_on = '2022-10-03'", "a"),
    ("dim_campaign", "timezone_known"): ("reporting_timezone = null", "a"),
    ("dim_hashtag", "hashtag_is_bare"): ("hashtag = '#x'", "a/#x"),
    ("dim_hashtag", "no_videos_of_an_alias"): ("alias_of = 'calm'", "a/endthestigma"),
    ("dim_video", "state_known"): ("state = 'lost'", "a/1"),
    ("fct_hashtag_video_day", "net_has_total"): ("likes_total = null", "a/1/2022-10-05"),
    ("fct_hashtag_video_day", "net_is_gross_less_removed"): ("shares_correction = 0", "a/1/2022-10-05"),
    ("fct_hashtag_video_day", "interval_not_negative"): ("interval_days = -1", "a/1/2022-10-05"),
    ("fct_hashtag_video_day", "totals_not_negative"): ("shares_total = -1", "a/1/2022-10-05"),
    ("fct_hashtag_day", "counts_not_negative"): ("new_creators = -1", "a/endthestigma/2022-10-05"),
    ("fct_hashtag_day", "creators_nested"): ("unique_creators = 4", "a/endthestigma/2022-10-05"),
    ("fct_hashtag_day", "rate_is_a_number"): ("engagement_rate_by_views = 'nan'", "a/endthestigma/2022-10-05"),
    ("fct_hashtag_cohort", "ages_are_declared"): ("event_on = '2022-10-13'", "a/endthestigma/2022-10-05/7"),
    ("fct_hashtag_cohort", "some_posts"): ("posts = 0", "a/endthestigma/2022-10-05/7"),
    ("fct_hashtag_total_day", "lies_in_its_bounds"): (
        "platform_posts_low = 13",
        "a/tiktok/endthestigma/2022-10-05",
    ),
    ("fct_hashtag_total_day", "falls_are_readings"): ("falls = 9", "a/tiktok/endthestigma/2022-10-05"),
    ("fct_hashtag_pair_week", "no_pair_with_itself"): ("other_hashtag = 'calm'", "a/2022-10-03/calm/calm"),
    ("fct_hashtag_pair_week", "posts_nest"): ("posts_together = 26", "a/2022-10-03/calm/fyp"),
    ("fct_hashtag_pair_week", "figure_or_reason"): ("lift = null", "a/2022-10-03/calm/fyp"),
    ("fct_hashtag_pair_week", "npmi_in_range"): ("npmi = 1.5", "a/2022-10-03/calm/fyp"),
    ("fct_hashtag_concentration_week", "figures_in_range"): ("gini = -0.1", "a/hashtag/calm/all/2022-10-03"),
    ("fct_hashtag_concentration_week", "figure_or_reason"): ("gini = null", "a/hashtag/calm/all/2022-10-03"),
    ("fct_creator_delivery", "status_by_its_dates"): ("status = 'late'", "a/d1"),
    ("fct_creator_delivery", "five_posts_before_or_none"): ("posts_before = 4", "a/d1"),
    ("fct_creator_delivery", "unknown_says_why"): ("uplift = null", "a/d1"),
    ("fct_hashtag_video_life", "hours_in_order"): ("hours_to_half = 661", "a/1/2022-10-05"),
    ("fct_hashtag_account_day", "known_viewers_are_viewers"): (
        "new_viewers = 41",
        f"a/{'1' * 32}/studio/2022-10-05",
    ),
    ("fct_hashtag_account_day", "people_not_negative"): ("followers = -1", f"a/{'1' * 32}/studio/2022-10-05"),
    ("fct_hashtag_owned_video_day", "shares_in_range"): ("completion_rate = 20", "a/1/2022-10-05"),
    ("fct_hashtag_owned_video_day", "figures_not_negative"): ("reach = -1", "a/1/2022-10-05"),
    ("rpt_hashtag_top_videos", "only_partners_are_named"): ("programme = 'organic'", "a/tiktok/public/1"),
    ("fct_live_session", "basis_known"): ("basis = 'guess'", "a/s1"),
    ("fct_live_session", "identity_known"): ("identity = 'face'", "a/s1"),
    ("fct_live_session", "people_add_up"): ("peak_concurrent = 5", "a/s1"),
    ("fct_live_session", "people_unknown_have_a_reason"): ("reason = 'no_live_time'", "a/s1"),
    ("fct_live_session", "samples_name_nobody"): ("basis = 'samples'", "a/s1"),
    ("fct_live_session", "newcomers_add_up"): ("new_attendees = 2", "a/s1"),
    ("fct_live_session", "average_below_peak"): ("average_concurrent = 3.5", "a/s1"),
    ("fct_live_session", "low_below_high"): ("attended_minutes_low = 116.5", "a/s1"),
    ("fct_live_session", "figures_not_negative"): ("uncovered_minutes = -0.5", "a/s1"),
    ("fct_live_session", "retention_in_range"): ("retention_30m_pct = 100.5", "a/s1"),
    ("fct_live_session", "completion_in_range"): ("completion_rate = 25", "a/s1"),
    ("fct_live_minute", "average_below_peak"): ("concurrent = 3.5", "a/s1/2022-10-05 18:00:00+00"),
    ("fct_live_minute", "figures_not_negative"): ("concurrent = -1", "a/s1/2022-10-05 18:00:00+00"),
    ("fct_live_minute", "whole_minutes"): ("minute_at = '2022-10-05 18:00:01+00'", "a/s1/2022-10-05 18:00:01+00"),
    ("fct_live_retention", "clock_known"): ("minute = -1", "a/s1/viewer/-1"),
    ("fct_live_retention", "viewers_within_base"): ("viewers = 5", "a/s1/viewer/5"),
    ("fct_live_retention", "what_is_unknown_says_why"): ("retention_pct = null", "a/s1/viewer/5"),
    ("fct_live_interaction_minute", "figures_not_negative"): ("events = 0", "a/s1/2022-10-05 18:00:00+00/like"),
    ("fct_live_registration", "parts_lie_within_registrations"): ("registered_attendees = 5", "a/s1"),
    ("fct_live_registration", "what_is_unknown_says_why"): ("attendance_rate = null", "a/s1"),
    ("rpt_live_advocate", "estimate_or_reason"): ("reason = 'no_data'", "a/Dr. A/L07"),
    ("rpt_live_advocate", "lies_in_its_interval"): ("ci_high = 27", "a/Dr. A/L07"),
    ("rpt_live_advocate", "prior_alone_under_two_sessions"): ("sessions = 1", "a/Dr. A/L07"),
    ("rpt_live_advocate", "weight_is_a_share"): ("own_weight = 1.5", "a/Dr. A/L07"),
    ("rpt_live_advocate", "lies_between_own_and_mean"): ("estimate = 31", "a/Dr. A/L07"),
    ("rpt_live_reconciliation", "measure_known"): ("measure = 'likes'", "a/s1/likes/staff"),
    ("rpt_live_reconciliation", "cause_known"): ("cause = 'luck'", "a/s1/participants/luck"),
    ("rpt_live_reconciliation", "residual_is_ours_less_theirs"): ("ours = 11", "a/s1/participants/staff"),
    ("rpt_live_reconciliation", "causes_are_not_empty"): ("difference = 0", "a/s1/participants/staff"),
    ("fct_survey_estimate", "display_known"): ("display = 'hide'", "a/tpl/w5/us/q1/1/all/all"),
    ("fct_survey_estimate", "reason_known"): ("reason = 'because'", "a/tpl/w5/us/q1/1/all/all"),
    ("fct_survey_estimate", "lies_in_its_interval"): ("ci_low_pct = 61", "a/tpl/w5/us/q1/1/all/all"),
    ("fct_survey_estimate", "estimate_in_range"): ("estimate_pct = -1, ci_low_pct = -3", "a/tpl/w5/us/q1/1/all/all"),
    ("fct_survey_estimate", "figures_are_numbers"): ("design_effect = 'nan'", "a/tpl/w5/us/q1/1/all/all"),
    ("fct_survey_estimate", "standard_error_not_negative"): ("standard_error_pct = -1", "a/tpl/w5/us/q1/1/all/all"),
    ("fct_survey_estimate", "bases_nest"): ("base_unweighted = 900", "a/tpl/w5/us/q1/1/all/all"),
    ("fct_survey_estimate", "weighting_costs_precision"): ("design_effect_kish = 0.9", "a/tpl/w5/us/q1/1/all/all"),
    ("fct_survey_estimate", "small_bases_are_hidden"): (
        "base_unweighted = 4, effective_base = 4",
        "a/tpl/w5/us/q1/1/all/all",
    ),
    ("fct_survey_estimate", "gaps_have_reasons"): (
        "estimate_pct = null, ci_low_pct = null, ci_high_pct = null",
        "a/tpl/w5/us/q1/1/all/all",
    ),
    ("fct_survey_mean", "scoring_known"): ("scoring = 'ours'", "a/tpl/w5/us/ribs/published/all/all"),
    ("fct_survey_mean", "mean_in_its_interval"): ("ci_low_points = 16", "a/tpl/w5/us/ribs/published/all/all"),
    ("fct_survey_mean", "mean_bases_nest"): ("base_unweighted = 900", "a/tpl/w5/us/ribs/published/all/all"),
    ("fct_survey_mean", "small_means_are_hidden"): (
        "base_unweighted = 4, effective_base = 4",
        "a/tpl/w5/us/ribs/published/all/all",
    ),
    ("fct_survey_mean", "mean_gaps_have_reasons"): ("mean_points = null", "a/tpl/w5/us/ribs/published/all/all"),
    ("fct_survey_mean", "alpha_at_most_one"): ("alpha = 1.1", "a/tpl/w5/us/ribs/published/all/all"),
    ("fct_survey_response", "weight_above_zero"): ("weight = 0", "a/tpl/w5/us/r1/q1/4"),
    ("fct_survey_quality", "rule_known"): ("rule = 'bored'", "a/tpl/w5/us/bored"),
    ("fct_survey_quality", "removed_were_judged"): ("removed = 900", "a/tpl/w5/us/any"),
    ("fct_survey_change", "comparison_known"): (
        "comparison = 'year'",
        "a/tpl/us/stress/1/year/w4/w5/all/all/all",
    ),
    ("fct_survey_change", "lies_in_its_interval"): (
        "ci_high_pct_points = 4",
        "a/tpl/us/stress/1/wave/w4/w5/all/all/all",
    ),
    ("fct_survey_change", "points_in_their_interval"): (
        "change_pct_points = null, change_points = 0.5",
        "a/tpl/us/stress/1/wave/w4/w5/all/all/all",
    ),
    ("fct_survey_change", "breaks_are_known"): ("has_break = null", "a/tpl/us/stress/1/wave/w4/w5/all/all/all"),
    ("fct_survey_change", "one_unit"): ("change_points = 5", "a/tpl/us/stress/1/wave/w4/w5/all/all/all"),
    ("fct_survey_change", "e_values_from_one"): ("e_value_bound = 1.6", "a/tpl/us/stress/1/wave/w4/w5/all/all/all"),
    ("fct_survey_change", "probabilities"): ("p_value_adjusted = 0.001", "a/tpl/us/stress/1/wave/w4/w5/all/all/all"),
    ("fct_survey_change", "table_probabilities"): (
        "table_p_value = 2",
        "a/tpl/us/stress/1/wave/w4/w5/all/all/all",
    ),
    ("fct_survey_change", "overall_probabilities"): (
        "overall_p_value = null",
        "a/tpl/us/stress/1/wave/w4/w5/all/all/all",
    ),
    ("fct_survey_change", "significance_follows"): (
        "is_significant = false",
        "a/tpl/us/stress/1/wave/w4/w5/all/all/all",
    ),
    ("fct_survey_change", "gaps_have_reasons"): (
        "change_pct_points = null",
        "a/tpl/us/stress/1/wave/w4/w5/all/all/all",
    ),
    ("fct_survey_change", "tests_have_reasons"): (
        "p_value = null, p_value_adjusted = null, is_significant = null",
        "a/tpl/us/stress/1/wave/w4/w5/all/all/all",
    ),
    ("fct_activation_day", "basis_known"): ("basis = 'guess'", "a/guide.opened/unknown/2022-10-05"),
    ("fct_activation_day", "net_within_gross"): ("events_gross = 8", "a/guide.opened/unknown/2022-10-05"),
    ("fct_activation_day", "people_within_events"): (
        "unique_people = 10, unique_people_gross = 10",
        "a/guide.opened/unknown/2022-10-05",
    ),
    ("fct_activation_day", "never_help_seeking"): (
        "activation = 'helpline.tapped'",
        "a/helpline.tapped/unknown/2022-10-05",
    ),
    ("fct_activation_day", "unknown_says_why"): ("unique_people = null", "a/guide.opened/unknown/2022-10-05"),
    ("fct_activation_day", "parts_within_events"): (
        "events_without_person = 10",
        "a/guide.opened/unknown/2022-10-05",
    ),
    ("fct_activation_funnel", "populations_nest"): ("people = 9", "a/guide/guide.completed/2022-10-03"),
    ("fct_activation_funnel", "rate_in_range"): ("conversion_rate = 50", "a/guide/guide.completed/2022-10-03"),
    ("fct_activation_funnel", "unknown_says_why"): (
        "reason = 'not_yet_observed'",
        "a/guide/guide.completed/2022-10-03",
    ),
    ("fct_feature_adoption", "parts_add_up"): ("viewers = 11", "a/screen_time/2022-10-03"),
    ("fct_feature_adoption", "populations_nest"): ("kept = 4", "a/screen_time/2022-10-03"),
    ("fct_feature_adoption", "adoption_or_reason"): ("adoption_rate = null", "a/screen_time/2022-10-03"),
    ("fct_feature_adoption", "retention_or_reason"): ("retention_rate = null", "a/screen_time/2022-10-03"),
    ("fct_toolkit_week", "net_within_gross"): ("downloads_gross = 8", "a/friends-ar/1/2022-10-03"),
    ("fct_toolkit_week", "people_within_downloads"): ("unique_people = 9", "a/friends-ar/1/2022-10-03"),
    ("fct_support_week", "ten_people_or_withheld"): ("found = 9", "a/2022-10-03/AE/story"),
    ("fct_support_week", "found_within_coded"): ("items = 29", "a/2022-10-03/AE/story"),
    ("fct_support_week", "share_in_its_interval"): ("share_low = 0.26", "a/2022-10-03/AE/story"),
    ("fct_support_week", "unknown_says_why"): ("reason = 'not_validated'", "a/2022-10-03/AE/story"),
    ("fct_safe_messaging_week", "attached_within_required"): ("attached = 41", "a/2022-10-03/story"),
    ("fct_safe_messaging_week", "ten_stories_or_withheld"): ("required = 9, attached = 8", "a/2022-10-03/story"),
    ("fct_safe_messaging_week", "unknown_says_why"): ("reason = 'few_people'", "a/2022-10-03/story"),
    ("fct_safe_messaging_week", "open_flags_are_the_rest"): ("open_flags = 3", "a/2022-10-03/story"),
    ("fct_safe_messaging_week", "half_before_nine_tenths"): ("p90_hours_to_action = 5", "a/2022-10-03/story"),
    ("fct_safe_messaging_week", "hours_or_reason"): ("action_reason = 'still_open'", "a/2022-10-03/story"),
    ("fct_help_seeking_week", "ten_people_or_withheld"): ("unique_people = 9", "a/2022-10-03/AE/line"),
    ("fct_help_seeking_week", "totals_say_what_they_lack"): ("cells_withheld = -1", "a/2022-10-03/AE/line"),
    ("fct_campaign_kpi_day", "period_known"): ("period = 'year'", "a/H01/2022-10-05/year/all/campaign/all"),
    ("fct_campaign_kpi_day", "value_or_reason"): ("value = null", "a/H01/2022-10-05/day/all/campaign/all"),
    ("fct_campaign_kpi_day", "lies_in_its_interval"): ("ci_high = 4.5", "a/H01/2022-10-05/day/all/campaign/all"),
    ("fct_campaign_kpi_day", "values_are_numbers"): ("ci_high = 'inf'", "a/H01/2022-10-05/day/all/campaign/all"),
    ("fct_campaign_kpi_day", "no_value_over_nothing"): ("denominator = 0", "a/H01/2022-10-05/day/all/campaign/all"),
    ("rpt_campaign_scorecard", "status_known"): ("status = 'green'", "a/1/all/campaign/all"),
    ("rpt_campaign_scorecard", "value_or_reason"): ("value = null, status = 'unknown'", "a/1/all/campaign/all"),
    ("rpt_campaign_scorecard", "lies_in_its_interval"): ("ci_low = 5.5", "a/1/all/campaign/all"),
    ("rpt_campaign_scorecard", "values_are_numbers"): ("value = 'inf', ci_high = 'inf'", "a/1/all/campaign/all"),
    ("rpt_campaign_scorecard", "progress_has_a_value"): (
        "value = null, reason = 'not_built', reason_text = 'x'",
        "a/1/all/campaign/all",
    ),
    ("rpt_campaign_scorecard", "explained_in_words"): ("reason_text = 'x'", "a/1/all/campaign/all"),
    ("rpt_campaign_scorecard", "trusted_or_says_why"): ("trust = false", "a/1/all/campaign/all"),
    ("rpt_campaign_scorecard", "guardrails_come_first"): (
        "status = 'on_track', attainment_rate = 1, trust = false, trust_reason = 'guardrail_red', reason_text = 'x'",
        "a/1/all/campaign/all",
    ),
    ("rpt_campaign_scorecard", "status_agrees_with_its_target"): ("attainment_rate = 1.2", "a/1/all/campaign/all"),
}
"""By rule, what is done to the first of two believable rows, and the key that is then named."""


@cache
def macros() -> Any:
    """The macros that write tests, as dbt has them."""
    environment = jinja2.Environment()  # noqa: S701 - SQL of our own
    environment.globals |= {"rebuilt_rows": lambda model: model, "ref": lambda name: name}
    return environment.from_string(
        MACRO.replace("{% test ", "{% macro ").replace("{% endtest %}", "{% endmacro %}")
    ).module


@cache
def query_of(mart: str) -> str:
    """The test of a mart's rules, as dbt compiles it."""
    return str(macros().rules("mart", **MARTS[mart]))


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """One engine for all: starting one takes longer than a test."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    return connection


def broken(mart: str, change: str | None = None) -> list[tuple[str, str]]:
    """The rules that two believable rows break once the first is changed, with the keys of the rows."""
    engine().execute(f"create or replace table mart as {BELIEVABLE[mart]}")
    if change is not None:
        engine().execute(f"update mart set {change} where rowid = 0")
    return engine().execute(query_of(mart)).fetchall()


@pytest.mark.parametrize("mart", MARTS)
def test_believable_rows_break_no_rule_and_equal_keys_the_grain(mart: str) -> None:
    assert broken(mart) == []
    column = next(name for name in MARTS[mart]["grain"] if len(set(values(mart, name))) == 2)
    found = broken(mart, f"{column} = (select max({column}) from mart where rowid = 1)")
    assert [rule for rule, _ in found] == [f"one row per {', '.join(MARTS[mart]['grain'])}"]


def values(mart: str, column: str) -> list[Any]:
    return [value for (value,) in engine().execute(f"select {column} from ({BELIEVABLE[mart]})").fetchall()]


def test_every_mart_has_believable_rows_and_each_of_its_rules_a_planted_defect() -> None:
    assert set(MARTS) ^ set(BELIEVABLE) == set(), "marts without believable rows, or rows without a mart"
    rules = {(mart, rule) for mart, arguments in MARTS.items() for rule in arguments.get("rules", {})}
    assert rules - set(DEFECTS) == set(), "rules without a planted defect"
    assert set(DEFECTS) - rules == set(), "defects without a rule"


@pytest.mark.parametrize(("mart", "rule"), DEFECTS, ids=[".".join(name) for name in DEFECTS])
def test_a_rule_breaks_on_its_defect_and_on_nothing_else(mart: str, rule: str) -> None:
    change, key = DEFECTS[mart, rule]
    assert broken(mart, change) == [(rule, key)]


@pytest.mark.parametrize("mart", ["fct_hashtag_day", "fct_hashtag_video_day", "fct_live_minute", "dim_live_session"])
def test_what_may_be_unknown_breaks_no_rule(mart: str) -> None:
    needed = {*MARTS[mart]["grain"], "posts", "unique_creators", "is_provisional"}
    described = engine().execute(f"describe {BELIEVABLE[mart]}").fetchall()
    assert broken(mart, ", ".join(f"{name} = null" for name, *_ in described if name not in needed)) == []


def test_a_condition_that_cannot_be_decided_is_broken() -> None:
    assert broken("fct_live_session", "unique_attendees_low = null") == [("people_add_up", "a/s1")]


def test_models_in_one_test_are_told_apart() -> None:
    engine().execute("create or replace table twice as select 1 as id from range(2)")
    engine().execute("create or replace table low as select unnest([-1, 1, null]) as figure")
    models = {
        "twice": {"grain": ["id"]},
        "low": {"rules": {"is positive": "figure > 0"}},
    }
    assert engine().execute(str(macros().broken_rules_of(models))).fetchall() == [
        ("twice: one row per id", "1"),
        ("low: is positive", None),
        ("low: is positive", None),
    ]

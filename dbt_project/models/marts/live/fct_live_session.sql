with

joined as (

    select
        sessions.campaign_id,
        sessions.session_id,
        sessions.event_on,
        sessions.basis,
        sessions.identity,
        sessions.is_in_campaign,
        as_of.as_of,
        figures.live_microseconds,
        figures.covered_microseconds,
        figures.attended_microseconds,
        figures.attended_microseconds_low,
        figures.unique_attendees,
        figures.unique_attendees_low,
        figures.peak_concurrent,
        figures.peak_concurrent_at,
        figures.median_watch_microseconds,
        figures.p90_watch_microseconds,
        {% for minute in [5, 15, 30] -%}
            case when figures.live_microseconds >= {{ minute * 60000000 }} then figures.present_at_{{ minute }}m end
                as present_at_{{ minute }}m,
        {% endfor -%}
        figures.completed_attendees,
        figures.views,
        figures.imputed_leaves,
        newcomers.new_attendees,
    from {{ ref('int_live__sessions') }} as sessions
    left join {{ ref('int_live__session_figures') }} as figures
        on
            sessions.campaign_id = figures.campaign_id
            and sessions.session_id = figures.session_id
    left join {{ ref('int_live__new_attendees') }} as newcomers
        on
            sessions.campaign_id = newcomers.campaign_id
            and sessions.session_id = newcomers.session_id
    cross join {{ ref('int_lake__as_of') }} as as_of
    where sessions.basis <> 'registrations'

),

explained as (

    select
        *,
        case
            when coalesce(live_microseconds, 0) <= 0 and basis = 'intervals' then 'no_live_time'
            when basis = 'samples' then 'samples_only'
            when unique_attendees = 0 then 'no_denominator'
        end as reason,
    from joined

)

select
    campaign_id,
    session_id,
    event_on,
    basis,
    identity,
    unique_attendees,
    unique_attendees_low,
    peak_concurrent,
    peak_concurrent_at,
    attended_microseconds / nullif(covered_microseconds, 0) as average_concurrent,
    {{ minutes('attended_microseconds') }} as attended_minutes,
    {{ minutes('attended_microseconds_low') }} as attended_minutes_low,
    case when unique_attendees > 0 then {{ minutes('attended_microseconds') }} / unique_attendees end as average_watch_minutes,
    {{ minutes('median_watch_microseconds') }} as median_watch_minutes,
    {{ minutes('p90_watch_microseconds') }} as p90_watch_minutes,
    views,
    case when views > 0 then {{ minutes('attended_microseconds') }} / views end as average_view_minutes,
    {% for minute in [5, 15, 30] -%}
        present_at_{{ minute }}m,
    {% endfor -%}
    {% for minute in [5, 15, 30] -%}
        cast(100 as double) * present_at_{{ minute }}m / nullif(unique_attendees, 0) as retention_{{ minute }}m_pct,
    {% endfor -%}
    completed_attendees,
    completed_attendees / nullif(unique_attendees, 0) as completion_rate,
    new_attendees,
    unique_attendees - new_attendees as returning_attendees,
    imputed_leaves,
    {{ minutes('live_microseconds') }} as live_minutes,
    {{ minutes('covered_microseconds') }} as covered_minutes,
    {{ minutes('live_microseconds - covered_microseconds') }} as uncovered_minutes,
    is_in_campaign,
    {{ is_provisional('event_on', 'live', 'as_of') }} as is_provisional,
    reason,
    case
        when reason in ('no_live_time', 'samples_only') then reason
        when not is_in_campaign then 'outside_campaign'
        when new_attendees is null then 'left_censored'
    end as new_attendees_reason,
from explained

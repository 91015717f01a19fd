with

bounds as (

    select * from {{ ref('int_live__session_bounds') }}

),

figures as (

    select * from {{ ref('int_live__session_figures') }}

),

newcomers as (

    select * from {{ ref('int_live__new_attendees') }}

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

joined as (

    select
        bounds.campaign_id,
        bounds.session_id,
        bounds.event_on,
        as_of.as_of,
        bounds.basis,
        bounds.identity,
        case when bounds.live_microseconds >= 0 then bounds.live_microseconds end as live_microseconds,
        figures.unique_attendees,
        figures.unique_attendees_low,
        figures.peak_concurrent,
        figures.peak_concurrent_at,
        figures.attended_microseconds,
        figures.attended_microseconds_low,
        figures.covered_microseconds,
        figures.median_watch_microseconds,
        case when bounds.live_microseconds >= 300000000 then figures.present_at_5m end as present_at_5m,
        case when bounds.live_microseconds >= 900000000 then figures.present_at_15m end as present_at_15m,
        case when bounds.live_microseconds >= 1800000000 then figures.present_at_30m end as present_at_30m,
        figures.completed_attendees,
        newcomers.new_attendees,
        figures.imputed_leaves,
    from bounds
    inner join figures
        on
            bounds.campaign_id = figures.campaign_id
            and bounds.session_id = figures.session_id
    left join newcomers
        on
            bounds.campaign_id = newcomers.campaign_id
            and bounds.session_id = newcomers.session_id
    cross join as_of
    where bounds.basis <> 'registrations'

),

measured as (

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
        {{ minutes('attended_microseconds') }} / nullif(unique_attendees, 0) as average_watch_minutes,
        {{ minutes('median_watch_microseconds') }} as median_watch_minutes,
        present_at_5m,
        present_at_15m,
        present_at_30m,
        100.0 * present_at_5m / nullif(unique_attendees, 0) as retention_5m_pct,
        100.0 * present_at_15m / nullif(unique_attendees, 0) as retention_15m_pct,
        100.0 * present_at_30m / nullif(unique_attendees, 0) as retention_30m_pct,
        completed_attendees,
        completed_attendees / nullif(unique_attendees, 0) as completion_rate,
        new_attendees,
        unique_attendees - new_attendees as returning_attendees,
        imputed_leaves,
        {{ minutes('live_microseconds') }} as live_minutes,
        {{ minutes('covered_microseconds') }} as covered_minutes,
        {{ minutes('live_microseconds - covered_microseconds') }} as uncovered_minutes,
        {{ is_provisional('event_on', 'live', 'as_of') }} as is_provisional,
        case
            when coalesce(live_microseconds, 0) <= 0 and basis = 'intervals' then 'no_live_time'
            when basis = 'samples' then 'samples_only'
            when unique_attendees = 0 then 'no_denominator'
        end as reason,
        case
            when coalesce(live_microseconds, 0) <= 0 and basis = 'intervals' then 'no_live_time'
            when basis = 'samples' then 'samples_only'
            when new_attendees is null then 'left_censored'
        end as new_attendees_reason,
    from joined

)

select * from measured

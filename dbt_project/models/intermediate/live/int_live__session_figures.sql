{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        touched={'int_live__touched': ['campaign_id', 'session_id']},
    )
}}
-- depends_on: {{ ref('int_live__touched') }}

with

bounds as (

    select * from {{ ref('int_live__touched_bounds') }}

),

attendances as (

    select * from {{ ref('int_live__attendances') }}

),

concurrency as (

    select * from {{ ref('int_live__concurrency') }}

),

attended as (

    select
        attendances.campaign_id,
        attendances.session_id,
        count(*) as unique_attendees,
        count(*) filter (where not attendances.is_name_only) as unique_attendees_low,
        count(*) filter (where attendances.is_present_at_5m) as present_at_5m,
        count(*) filter (where attendances.is_present_at_15m) as present_at_15m,
        count(*) filter (where attendances.is_present_at_30m) as present_at_30m,
        count(*) filter (
            where attendances.is_present_at_end and attendances.is_present_for_most
        ) as completed_attendees,
        sum(attendances.imputed_leaves) as imputed_leaves,
        sum(attendances.attended_microseconds) as attended_microseconds,
        sum(attendances.attended_microseconds_low) as attended_microseconds_low,
        median(attendances.attended_microseconds) as median_watch_microseconds,
    from attendances
    inner join bounds
        on
            attendances.campaign_id = bounds.campaign_id
            and attendances.session_id = bounds.session_id
    group by attendances.campaign_id, attendances.session_id

),

-- A change lasts from its instant to the end of the session: the sum of that over all changes is the integral.
integrated as (

    select
        concurrency.campaign_id,
        concurrency.session_id,
        max(concurrency.concurrent_peak) as peak_concurrent,
        sum(
            concurrency.entered * {{ microseconds_between('concurrency.changed_at', 'bounds.ends_at') }}
        ) as concurrent_microseconds,
        sum(
            concurrency.covered * {{ microseconds_between('concurrency.changed_at', 'bounds.ends_at') }}
        ) as covered_microseconds,
    from concurrency
    inner join bounds
        on
            concurrency.campaign_id = bounds.campaign_id
            and concurrency.session_id = bounds.session_id
    group by concurrency.campaign_id, concurrency.session_id

),

peaked as (

    select
        concurrency.campaign_id,
        concurrency.session_id,
        min(concurrency.changed_at) as peak_concurrent_at,
    from concurrency
    inner join integrated
        on
            concurrency.campaign_id = integrated.campaign_id
            and concurrency.session_id = integrated.session_id
            and concurrency.concurrent_peak = integrated.peak_concurrent
    group by concurrency.campaign_id, concurrency.session_id

),

joined as (

    select
        bounds.campaign_id,
        bounds.session_id,
        bounds.basis = 'intervals' and bounds.live_microseconds > 0 as has_people,
        bounds.live_microseconds >= 0 as has_time,
        attended.unique_attendees,
        attended.unique_attendees_low,
        attended.present_at_5m,
        attended.present_at_15m,
        attended.present_at_30m,
        attended.completed_attendees,
        attended.imputed_leaves,
        attended.attended_microseconds,
        attended.attended_microseconds_low,
        attended.median_watch_microseconds,
        integrated.concurrent_microseconds,
        integrated.covered_microseconds,
        integrated.peak_concurrent,
        peaked.peak_concurrent_at,
    from bounds
    left join attended
        on
            bounds.campaign_id = attended.campaign_id
            and bounds.session_id = attended.session_id
    left join integrated
        on
            bounds.campaign_id = integrated.campaign_id
            and bounds.session_id = integrated.session_id
    left join peaked
        on
            bounds.campaign_id = peaked.campaign_id
            and bounds.session_id = peaked.session_id

),

-- Where people are known, nobody is an observed 0; with samples or without live time they stay unknown.
measured as (

    select
        campaign_id,
        session_id,
        case when has_people then coalesce(unique_attendees, 0) end as unique_attendees,
        case when has_people then coalesce(unique_attendees_low, 0) end as unique_attendees_low,
        case when has_people then coalesce(present_at_5m, 0) end as present_at_5m,
        case when has_people then coalesce(present_at_15m, 0) end as present_at_15m,
        case when has_people then coalesce(present_at_30m, 0) end as present_at_30m,
        case when has_people then coalesce(completed_attendees, 0) end as completed_attendees,
        cast(case when has_people then coalesce(imputed_leaves, 0) end as bigint) as imputed_leaves,
        cast(
            case
                when has_people then coalesce(attended_microseconds, 0)
                when covered_microseconds > 0 then concurrent_microseconds
            end as bigint
        ) as attended_microseconds,
        cast(
            case when has_people then coalesce(attended_microseconds_low, 0) end as bigint
        ) as attended_microseconds_low,
        median_watch_microseconds,
        cast(case when has_time then coalesce(covered_microseconds, 0) end as bigint) as covered_microseconds,
        peak_concurrent,
        peak_concurrent_at,
    from joined

)

select * from measured

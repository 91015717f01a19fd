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

stays as (

    select * from {{ ref('int_live__stays_clipped') }}

),

-- Microseconds since the start of the session.
shifted as (

    select
        stays.campaign_id,
        stays.session_id,
        stays.person_key,
        stays.is_name_only,
        stays.is_leave_imputed,
        bounds.live_microseconds,
        {{ microseconds_between('bounds.starts_at', 'stays.adds_from_at') }} as adds_from,
        {{ microseconds_between('bounds.starts_at', 'stays.adds_seen_from_at') }} as adds_seen_from,
        {{ microseconds_between('bounds.starts_at', 'stays.exited_at') }} as exited,
    from stays
    inner join bounds
        on
            stays.campaign_id = bounds.campaign_id
            and stays.session_id = bounds.session_id

),

aggregated as (

    select
        campaign_id,
        session_id,
        person_key,
        bool_and(is_name_only) as is_name_only,
        count(*) filter (where is_leave_imputed) as imputed_leaves,
        cast(sum(exited - adds_from) as bigint) as attended_microseconds,
        cast(sum(exited - adds_seen_from) as bigint) as attended_microseconds_low,
        bool_or(adds_from <= 300000000 and exited > 300000000) as is_present_at_5m,
        bool_or(adds_from <= 900000000 and exited > 900000000) as is_present_at_15m,
        bool_or(adds_from <= 1800000000 and exited > 1800000000) as is_present_at_30m,
        max(exited) * 10 > max(live_microseconds) * 9 as is_present_at_end,
        sum(exited - adds_from) * 4 >= max(live_microseconds) * 3 as is_present_for_most,
    from shifted
    group by campaign_id, session_id, person_key

)

select * from aggregated

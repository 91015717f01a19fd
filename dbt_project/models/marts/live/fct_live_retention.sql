{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

clocks as (

    select distinct
        session_number,
        campaign_id,
        session_id,
        live_microseconds,
    from {{ ref('int_live__instances') }}
    where basis = 'intervals' and live_microseconds > 0

),

marks as (

    select
        *,
        unnest(range(0, live_microseconds // 60000000 + 1)) as minute,
    from clocks

),

attendances as (

    select
        clocks.session_number,
        people.attended_microseconds // 60000000 as attended_minutes,
        people.could_attend_microseconds // 60000000 as could_attend_minutes,
    from {{ rebuilt_rows(ref('int_live__attendances')) }} as people
    inner join clocks
        on
            people.campaign_id = clocks.campaign_id
            and people.session_id = clocks.session_id

),

-- A change is in effect at every later minute, and at the minute that it falls on.
changes as (

    select
        concurrency.session_number,
        (concurrency.changed + 59999999) // 60000000 as minute,
        concurrency.entered as present,
        cast(0 as bigint) as stayed,
        cast(0 as bigint) as could_stay,
        cast(0 as bigint) as attendees,
    from {{ ref('int_live__concurrency') }} as concurrency
    union all
    -- Whoever stayed for so many minutes is not among those who stayed longer.
    select
        session_number,
        attended_minutes + 1 as minute,
        cast(0 as bigint) as present,
        cast(-1 as bigint) as stayed,
        cast(0 as bigint) as could_stay,
        cast(0 as bigint) as attendees,
    from attendances
    union all
    select
        session_number,
        could_attend_minutes + 1 as minute,
        cast(0 as bigint) as present,
        cast(0 as bigint) as stayed,
        cast(-1 as bigint) as could_stay,
        cast(0 as bigint) as attendees,
    from attendances
    union all
    select
        session_number,
        cast(0 as bigint) as minute,
        cast(0 as bigint) as present,
        cast(1 as bigint) as stayed,
        cast(1 as bigint) as could_stay,
        cast(1 as bigint) as attendees,
    from attendances

),

bucketed as (

    select
        session_number,
        minute,
        sum(present) as present,
        sum(stayed) as stayed,
        sum(could_stay) as could_stay,
        sum(attendees) as attendees,
    from changes
    group by session_number, minute

),

counted as (

    select
        marks.campaign_id,
        marks.session_id,
        marks.minute,
        {% for figure in ['present', 'stayed', 'could_stay', 'attendees'] -%}
            cast(coalesce(sum(bucketed.{{ figure }}) over so_far, 0) as bigint) as {{ figure }},
        {% endfor %}
    from marks
    left join bucketed
        on
            marks.session_number = bucketed.session_number
            and marks.minute = bucketed.minute
    window so_far as (
        partition by marks.session_number
        order by marks.minute
        rows unbounded preceding
    )

),

by_clock as (

    select
        campaign_id,
        session_id,
        'session' as clock,
        minute,
        present as viewers,
        attendees as base,
    from counted
    union all
    select
        campaign_id,
        session_id,
        'viewer' as clock,
        minute,
        stayed as viewers,
        could_stay as base,
    from counted

)

select
    *,
    cast(100 as double) * viewers / nullif(base, 0) as retention_pct,
    case when base = 0 then 'no_denominator' end as reason,
from by_clock

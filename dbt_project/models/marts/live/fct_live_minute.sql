{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        touched={'int_live__touched': ['campaign_id', 'session_id']},
        on_schema_change='fail',
    )
}}
-- depends_on: {{ ref('int_live__touched') }}

with

bounds as (

    select * from {{ ref('int_live__touched_bounds') }}

),

concurrency as (

    select * from {{ ref('int_live__concurrency') }}

),

-- Clock minutes are numbered since 1970; a session of whole minutes ends with the start of a minute that is not its own.
minutes as (

    select
        campaign_id,
        session_id,
        {{ epoch_microseconds('ends_at') }} as ends_at_microseconds,
        unnest(
            range(
                {{ epoch_microseconds('starts_at') }} // 60000000,
                {{ epoch_microseconds('ends_at') }} // 60000000 + 1
            )
        ) as minute_number,
    from bounds
    where live_microseconds >= 0

),

placed as (

    select
        *,
        {{ epoch_microseconds('changed_at') }} // 60000000 as minute_number,
        {{ epoch_microseconds('changed_at') }} % 60000000 as into_minute,
    from concurrency

),

-- What changed lasts from its instant to the end of its minute; later minutes get it carried over.
bucketed as (

    select
        campaign_id,
        session_id,
        minute_number,
        sum(entered * (60000000 - into_minute)) as entered_microseconds,
        sum(covered * (60000000 - into_minute)) as covered_microseconds,
        sum(entered) as entered,
        sum(covered) as covered,
        min(into_minute) as first_into_minute,
        max(concurrent_peak) as changed_peak,
    from placed
    group by campaign_id, session_id, minute_number

),

carried as (

    select
        minutes.campaign_id,
        minutes.session_id,
        minutes.minute_number,
        minutes.ends_at_microseconds,
        coalesce(bucketed.entered_microseconds, 0) as entered_microseconds,
        coalesce(bucketed.covered_microseconds, 0) as covered_microseconds,
        coalesce(bucketed.first_into_minute, 60000000) as first_into_minute,
        bucketed.changed_peak,
        coalesce(sum(bucketed.entered) over earlier, 0) as carried,
        coalesce(sum(bucketed.covered) over earlier, 0) as carried_covered,
    from minutes
    left join bucketed
        on
            minutes.campaign_id = bucketed.campaign_id
            and minutes.session_id = bucketed.session_id
            and minutes.minute_number = bucketed.minute_number
    window earlier as (
        partition by minutes.campaign_id, minutes.session_id
        order by minutes.minute_number
        rows between unbounded preceding and 1 preceding
    )

),

integrated as (

    select
        campaign_id,
        session_id,
        minute_number * 60000000 as minute_at_microseconds,
        ends_at_microseconds,
        carried * 60000000 + entered_microseconds as concurrent_microseconds,
        carried_covered * 60000000 + covered_microseconds as covered_microseconds,
        -- What is carried over counts towards the peak only if it lasts into the minute.
        greatest(changed_peak, case when carried_covered > 0 and first_into_minute > 0 then carried end)
            as concurrent_peak,
    from carried

),

measured as (

    select
        campaign_id,
        session_id,
        {{ instant_of('minute_at_microseconds') }} as minute_at,
        case when covered_microseconds > 0 then {{ minutes('concurrent_microseconds') }} end as concurrent,
        cast(concurrent_peak as bigint) as concurrent_peak,
        cast(covered_microseconds as double) / 1000000 as covered_seconds,
    from integrated
    where minute_at_microseconds < ends_at_microseconds or concurrent_peak is not null

)

select * from measured

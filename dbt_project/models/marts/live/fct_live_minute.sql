{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

instances as (

    select * from {{ ref('int_live__instances') }}

),

-- Clock minutes are numbered since 1970; an instance of whole minutes ends with the start of a minute that is not its own.
spans as (

    select
        session_number,
        starts,
        ends,
        clock_at_start,
        unnest(range(starts // 60000000, (ends - 1) // 60000000 + 1)) as minute_number,
    from instances
    where starts < ends

),

parts as (

    select
        session_number,
        minute_number,
        greatest(starts, minute_number * 60000000) as begins,
        least(ends, (minute_number + 1) * 60000000) as finishes,
        clock_at_start + greatest(starts, minute_number * 60000000) - starts as clock_at_begin,
    from spans

),

changes as (

    select
        instances.session_number,
        instances.starts,
        instances.ends,
        instances.starts + concurrency.changed - instances.clock_at_start as changed,
        concurrency.entered,
        concurrency.covered,
        concurrency.concurrent,
    from {{ ref('int_live__concurrency') }} as concurrency
    inner join instances
        on
            concurrency.session_number = instances.session_number
            and concurrency.changed >= instances.clock_at_start
            and concurrency.changed < instances.clock_at_start + instances.ends - instances.starts

),

-- What changed lasts from its instant to the end of its part of the minute; later parts get it carried over.
bucketed as (

    select
        session_number,
        greatest(starts, changed // 60000000 * 60000000) as begins,
        sum(entered * (least(ends, (changed // 60000000 + 1) * 60000000) - changed)) as entered_microseconds,
        sum(covered * (least(ends, (changed // 60000000 + 1) * 60000000) - changed)) as covered_microseconds,
        sum(entered) as entered,
        sum(covered) as covered,
        -- Leaves come before joins: who leaves at the instant at which a part begins was never in it.
        coalesce(sum(entered) filter (where changed = greatest(starts, changed // 60000000 * 60000000)), 0) as entered_at_begin,
        max(concurrent) filter (where entered > 0) as changed_peak,
    from changes
    group by all

),

carried as (

    select
        parts.*,
        coalesce(bucketed.entered_microseconds, 0) as entered_microseconds,
        coalesce(bucketed.covered_microseconds, 0) as covered_microseconds,
        coalesce(bucketed.entered_at_begin, 0) as entered_at_begin,
        bucketed.changed_peak,
        coalesce(sum(bucketed.entered) over earlier, 0) as concurrent_at_begin,
        coalesce(sum(bucketed.covered) over earlier, 0) as covered_at_begin,
    from parts
    left join bucketed
        on
            parts.session_number = bucketed.session_number
            and parts.begins = bucketed.begins
    window earlier as (
        partition by parts.session_number
        order by parts.begins
        rows between unbounded preceding and 1 preceding
    )

),

sessions as (

    select distinct
        session_number,
        campaign_id,
        session_id,
        basis,
    from instances

),

measured as (

    select
        sessions.campaign_id,
        sessions.session_id,
        carried.minute_number,
        sum(carried.concurrent_at_begin * (carried.finishes - carried.begins) + carried.entered_microseconds)
            as concurrent_microseconds,
        sum(
            case
                when sessions.basis = 'intervals' then carried.finishes - carried.begins
                else carried.covered_at_begin * (carried.finishes - carried.begins) + carried.covered_microseconds
            end
        ) as covered_microseconds,
        max(greatest(carried.changed_peak, carried.concurrent_at_begin + carried.entered_at_begin)) as concurrent_peak,
    from carried
    inner join sessions on carried.session_number = sessions.session_number
    group by sessions.campaign_id, sessions.session_id, carried.minute_number

)

select
    campaign_id,
    session_id,
    {{ instant_of('minute_number * 60000000') }} as minute_at,
    case when covered_microseconds > 0 then {{ minutes('concurrent_microseconds') }} end as concurrent,
    cast(case when covered_microseconds > 0 then concurrent_peak end as bigint) as concurrent_peak,
    cast(covered_microseconds as double) / 1000000 as covered_seconds,
from measured

{#
    The live time of the sessions that this build brings up to date. A session's clock runs while one of its instances does: its
    instances lie on it end to end, without the pauses between them.
#}
{{ config(materialized='table') }}
with

sessions as (

    select
        cast(row_number() over (order by campaign_id, session_id) as integer) as session_number,
        campaign_id,
        session_id,
        basis,
        deliveries > 1 as has_several_deliveries,
        {{ epoch_microseconds('starts_at') }} as session_starts,
        {{ epoch_microseconds('ends_at') }} as session_ends,
    from {{ rebuilt_rows(ref('int_live__sessions')) }} as rebuilt
    where basis <> 'registrations' and starts_at <= ends_at

),

stated as (

    select
        sessions.session_number,
        sessions.session_starts,
        sessions.session_ends,
        {{ epoch_microseconds('instances.starts_at') }} as starts,
        max({{ epoch_microseconds('instances.ends_at') }}) as ends,
    from {{ ref('stg_live__instances') }} as instances
    inner join sessions
        on
            instances.campaign_id = sessions.campaign_id
            and instances.session_id = sessions.session_id
    group by sessions.session_number, sessions.session_starts, sessions.session_ends, instances.starts_at

),

-- An instance whose end is not known lasts until the next one starts.
closed as (

    select
        session_number,
        greatest(starts, session_starts) as starts,
        least(
            coalesce(ends, lead(starts, 1, session_ends) over (partition by session_number order by starts)), session_ends
        ) as ends,
    from stated

),

-- Where nothing is known of instances, or nothing of them lies within the bounds, the session was one.
bounded as (

    select * from closed
    where starts < ends
    union all
    select
        sessions.session_number,
        sessions.session_starts as starts,
        sessions.session_ends as ends,
    from sessions
    anti join closed
        on
            sessions.session_number = closed.session_number
            and closed.starts < closed.ends

),

reached as (

    select
        *,
        max(ends) over (
            partition by session_number
            order by starts, ends
            rows between unbounded preceding and 1 preceding
        ) as earlier_ends,
    from bounded

),

disjoint as (

    select
        session_number,
        greatest(starts, coalesce(earlier_ends, starts)) as starts,
        ends,
    from reached
    where ends > coalesce(earlier_ends, ends - 1)

)

select
    sessions.*,
    disjoint.starts,
    disjoint.ends,
    cast(sum(disjoint.ends - disjoint.starts) over until_now - (disjoint.ends - disjoint.starts) as bigint) as clock_at_start,
    cast(sum(disjoint.ends - disjoint.starts) over (partition by disjoint.session_number) as bigint) as live_microseconds,
from disjoint
inner join sessions on disjoint.session_number = sessions.session_number
window until_now as (
    partition by disjoint.session_number
    order by disjoint.starts
    rows between unbounded preceding and current row
)

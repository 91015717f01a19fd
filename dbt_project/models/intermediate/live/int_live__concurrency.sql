{#
    How many were present, as a step function on the session's clock: whoever leaves at an instant is no longer counted at it. The
    steps of a session add up to 0, so that one running sum serves all sessions.
#}
{{ config(materialized='table', database='memory') }}
with

-- A session has stays or samples, never both.
instants as (

    select
        session_number,
        changed,
        cast(sum(entered) as bigint) as entered,
        cast(0 as bigint) as covered,
    from (
        select
            session_number,
            adds_from as changed,
            1 as entered,
        from {{ ref('int_live__stays') }}
        where adds_from < exited
        union all
        select
            session_number,
            exited as changed,
            -1 as entered,
        from {{ ref('int_live__stays') }}
        where adds_from < exited
    ) as steps
    group by session_number, changed
    union all
    select
        session_number,
        changed,
        cast(sum(entered) as bigint) as entered,
        cast(sum(covered) as bigint) as covered,
    from (
        select
            session_number,
            holds_from as changed,
            viewers as entered,
            1 as covered,
        from {{ ref('int_live__samples') }}
        where holds_from < holds_until
        union all
        select
            session_number,
            holds_until as changed,
            -viewers as entered,
            -1 as covered,
        from {{ ref('int_live__samples') }}
        where holds_from < holds_until
    ) as steps
    group by session_number, changed

)

select
    session_number,
    changed,
    entered,
    covered,
    cast(sum(entered) over (order by session_number, changed rows unbounded preceding) as bigint) as concurrent,
from instants

with

bounds as (

    select * from {{ ref('int_live__touched_bounds') }}

),

stays as (

    select * from {{ ref('int_live__stays_clipped') }}

),

samples as (

    select * from {{ ref('int_live__samples_held') }}

),

-- What is known of a session with stays is known throughout; of one with samples, while a sample holds.
changes as (

    select
        campaign_id,
        session_id,
        starts_at as changed_at,
        0 as entered,
        1 as covered,
        cast(null as bigint) as sampled,
    from bounds
    where basis = 'intervals' and live_microseconds > 0

    union all

    select
        campaign_id,
        session_id,
        ends_at as changed_at,
        0 as entered,
        -1 as covered,
        cast(null as bigint) as sampled,
    from bounds
    where basis = 'intervals' and live_microseconds > 0

    union all

    select
        campaign_id,
        session_id,
        adds_from_at as changed_at,
        1 as entered,
        0 as covered,
        cast(null as bigint) as sampled,
    from stays
    where adds_from_at < exited_at

    union all

    select
        campaign_id,
        session_id,
        exited_at as changed_at,
        -1 as entered,
        0 as covered,
        cast(null as bigint) as sampled,
    from stays
    where adds_from_at < exited_at

    union all

    select
        campaign_id,
        session_id,
        holds_from_at as changed_at,
        viewers as entered,
        1 as covered,
        viewers as sampled,
    from samples

    union all

    select
        campaign_id,
        session_id,
        holds_until_at as changed_at,
        -viewers as entered,
        -1 as covered,
        cast(null as bigint) as sampled,
    from samples

),

-- One change per instant: who leaves at an instant is gone before who joins at it counts.
netted as (

    select
        campaign_id,
        session_id,
        changed_at,
        sum(entered) as entered,
        sum(covered) as covered,
        max(sampled) as sampled,
    from changes
    group by campaign_id, session_id, changed_at

),

accumulated as (

    select
        *,
        sum(entered) over until_now as concurrent,
        sum(covered) over until_now > 0 as is_covered,
    from netted
    window until_now as (
        partition by campaign_id, session_id
        order by changed_at
        rows between unbounded preceding and current row
    )

),

measured as (

    select
        campaign_id,
        session_id,
        changed_at,
        cast(entered as bigint) as entered,
        cast(covered as bigint) as covered,
        cast(concurrent as bigint) as concurrent,
        is_covered,
        cast(greatest(sampled, case when is_covered then concurrent end) as bigint) as concurrent_peak,
    from accumulated

)

select * from measured

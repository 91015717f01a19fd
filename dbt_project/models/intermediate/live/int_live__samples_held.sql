with

bounds as (

    select * from {{ ref('int_live__touched_bounds') }}

),

samples as (

    select * from {{ ref('int_live__samples') }}

),

bounded as (

    select
        samples.campaign_id,
        samples.session_id,
        samples.sampled_at,
        samples.viewers,
        samples.max_gap_seconds,
        samples.landed_on,
        samples.delivery,
        samples.line,
        bounds.starts_at,
        bounds.ends_at,
    from samples
    inner join bounds
        on
            samples.campaign_id = bounds.campaign_id
            and samples.session_id = bounds.session_id
    where
        bounds.basis = 'samples'
        and bounds.live_microseconds >= 0

),

deduplicated as (

    select *
    from bounded
    qualify row_number() over (
        partition by campaign_id, session_id, sampled_at
        order by landed_on desc, delivery desc, line desc
    ) = 1

),

followed as (

    select
        *,
        sampled_at + to_seconds(max_gap_seconds) as expires_at,
        lead(sampled_at, 1, ends_at) over (
            partition by campaign_id, session_id
            order by sampled_at
        ) as next_at,
    from deduplicated

),

held as (

    select
        campaign_id,
        session_id,
        sampled_at,
        viewers,
        greatest(sampled_at, starts_at) as holds_from_at,
        least(expires_at, next_at, ends_at) as holds_until_at,
        ends_at,
    from followed

),

-- A sample that failed ends the one before it, and what follows is not covered. A session that ends with its last sample gives
-- that one no time, but it may be the peak.
counted as (

    select
        campaign_id,
        session_id,
        sampled_at,
        viewers,
        holds_from_at,
        holds_until_at,
    from held
    where
        viewers is not null
        and (
            holds_from_at < holds_until_at
            or (holds_from_at = holds_until_at and sampled_at = ends_at)
        )

)

select * from counted

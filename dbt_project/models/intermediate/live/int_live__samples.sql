{#
    The time that each sample of the number of viewers holds, on the session's clock, in the sessions that this build brings up to
    date and that have nothing better. A sample that failed ends the one before it, and what follows it is not covered.
#}
{{ config(materialized='table') }}
with

sessions as (

    select distinct
        session_number,
        campaign_id,
        session_id,
        session_starts,
        session_ends,
    from {{ ref('int_live__instances') }}
    where basis = 'samples'

),

latest as (

    select
        sessions.session_number,
        sessions.session_starts,
        sessions.session_ends,
        {{ epoch_microseconds('samples.sampled_at') }} as sampled,
        samples.viewers,
        samples.max_gap_seconds * 1000000 as longest,
    from {{ ref('stg_live__samples') }} as samples
    inner join sessions
        on
            samples.campaign_id = sessions.campaign_id
            and samples.session_id = sessions.session_id
    qualify row_number() over (
        partition by sessions.session_number, samples.sampled_at
        order by samples.landed_on desc, samples.delivery desc
    ) = 1

),

held as (

    select
        session_number,
        viewers,
        session_starts,
        session_ends,
        sampled,
        least(
            sampled + longest, lead(sampled, 1, session_ends) over (partition by session_number order by sampled), session_ends
        ) as held_until,
    from latest

)

-- A session that ends with its last sample gives that one no time, but it may be the peak.
select
    held.session_number,
    held.viewers,
    greatest(held.sampled, instances.starts) - instances.starts + instances.clock_at_start as holds_from,
    least(held.held_until, instances.ends) - instances.starts + instances.clock_at_start as holds_until,
from held
inner join {{ ref('int_live__instances') }} as instances
    on
        held.session_number = instances.session_number
        and held.sampled <= instances.ends
        and held.held_until >= instances.starts
where
    held.viewers is not null
    and (
        greatest(held.sampled, instances.starts) < least(held.held_until, instances.ends)
        or (held.sampled = held.session_ends and held.sampled = instances.ends)
    )

-- Attended minutes are one figure by three ways: sessions, clock minutes, and people.
with

sessions as (

    select * from {{ ref('fct_live_session') }}

),

minutes as (

    select
        campaign_id,
        session_id,
        sum(concurrent) as attended_minutes,
        max(concurrent_peak) as peak_concurrent,
        sum(covered_seconds) / 60 as covered_minutes,
        count(*) as minutes_counted,
    from {{ ref('fct_live_minute') }}
    group by campaign_id, session_id

),

people as (

    select
        campaign_id,
        session_id,
        {{ minutes('sum(attended_microseconds)') }} as attended_minutes,
        count(*) as unique_attendees,
    from {{ ref('int_live__attendances') }}
    group by campaign_id, session_id

),

compared as (

    select
        coalesce(sessions.campaign_id, minutes.campaign_id, people.campaign_id) as campaign_id,
        coalesce(sessions.session_id, minutes.session_id, people.session_id) as session_id,
        sessions.session_id is not null as is_a_session,
        abs(coalesce(sessions.attended_minutes, 0) - coalesce(minutes.attended_minutes, 0)) as off_by_minutes,
        case
            when sessions.basis = 'intervals'
                then abs(coalesce(sessions.attended_minutes, 0) - coalesce(people.attended_minutes, 0))
            else coalesce(people.attended_minutes, 0)
        end as off_by_people,
        abs(coalesce(sessions.covered_minutes, 0) - coalesce(minutes.covered_minutes, 0)) as off_by_covered,
        coalesce(sessions.unique_attendees, 0) - coalesce(people.unique_attendees, 0) as off_by_attendees,
        coalesce(sessions.peak_concurrent, 0) - coalesce(minutes.peak_concurrent, 0) as off_by_peak,
        1e-6 * (1 + coalesce(minutes.minutes_counted, 0)) as tolerance,
    from sessions
    full outer join minutes
        on
            sessions.campaign_id = minutes.campaign_id
            and sessions.session_id = minutes.session_id
    full outer join people
        on
            coalesce(sessions.campaign_id, minutes.campaign_id) = people.campaign_id
            and coalesce(sessions.session_id, minutes.session_id) = people.session_id

),

failed as (

    select *
    from compared
    where
        not is_a_session
        or off_by_minutes > tolerance
        or off_by_people > tolerance
        or off_by_covered > tolerance
        or off_by_attendees != 0
        or off_by_peak != 0

)

select * from failed

with

-- A key made of a name cannot be recognised among keys made of an id: each kind of identity is a series of its own.
numbered as (

    select
        sessions.campaign_id,
        sessions.session_id,
        cast(dense_rank() over (order by sessions.campaign_id, sessions.identity) as integer) as series,
        row_number() over (
            partition by sessions.campaign_id, sessions.identity
            order by sessions.starts_at, sessions.session_id
        ) as session_number,
    from {{ ref('int_live__sessions') }} as sessions
    inner join {{ ref('int_live__session_figures') }} as figures
        on
            sessions.campaign_id = figures.campaign_id
            and sessions.session_id = figures.session_id
    where figures.unique_attendees is not null and sessions.is_in_campaign

),

first_attended as (

    select
        numbered.series,
        min(numbered.session_number) as session_number,
    from {{ ref('int_live__attendances') }} as attendances
    inner join numbered
        on
            attendances.campaign_id = numbered.campaign_id
            and attendances.session_id = numbered.session_id
    group by numbered.series, attendances.person, attendances.device

),

counted as (

    select
        series,
        session_number,
        count(*) as new_attendees,
    from first_attended
    group by series, session_number

)

-- In the first two sessions of a series people are new for want of earlier sessions: not known.
select
    numbered.campaign_id,
    numbered.session_id,
    case when numbered.session_number > 2 then coalesce(counted.new_attendees, 0) end as new_attendees,
from numbered
left join counted
    on
        numbered.series = counted.series
        and numbered.session_number = counted.session_number

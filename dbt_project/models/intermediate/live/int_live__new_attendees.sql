with

bounds as (

    select * from {{ ref('int_live__session_bounds') }}

),

attendances as (

    select * from {{ ref('int_live__attendances') }}

),

-- A key made of a name cannot be recognised among keys made of an id: each kind of identity is a series of its own.
numbered as (

    select
        campaign_id,
        session_id,
        identity,
        row_number() over (
            partition by campaign_id, identity
            order by starts_at, session_id
        ) as session_number,
    from bounds
    where basis = 'intervals' and live_microseconds > 0

),

first_attended as (

    select
        numbered.campaign_id,
        numbered.identity,
        attendances.person_key,
        min(numbered.session_number) as session_number,
    from attendances
    inner join numbered
        on
            attendances.campaign_id = numbered.campaign_id
            and attendances.session_id = numbered.session_id
    group by numbered.campaign_id, numbered.identity, attendances.person_key

),

aggregated as (

    select
        campaign_id,
        identity,
        session_number,
        count(*) as new_attendees,
    from first_attended
    group by campaign_id, identity, session_number

),

-- In the first two sessions of a series people are new for want of earlier sessions: not known.
joined as (

    select
        numbered.campaign_id,
        numbered.session_id,
        numbered.session_number,
        case when numbered.session_number > 2 then coalesce(aggregated.new_attendees, 0) end as new_attendees,
    from numbered
    left join aggregated
        on
            numbered.campaign_id = aggregated.campaign_id
            and numbered.identity = aggregated.identity
            and numbered.session_number = aggregated.session_number

)

select * from joined

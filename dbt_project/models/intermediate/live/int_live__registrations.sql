{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

sessions as (

    select
        campaign_id,
        session_id,
        basis,
        identity,
        starts_at,
    from {{ rebuilt_rows(ref('int_live__sessions')) }} as rebuilt

),

registrations as (

    select
        sessions.campaign_id,
        sessions.session_id,
        {{ person_number('delivered.person_key') }} as person,
        coalesce(delivered.status, 'approved') as status,
        delivered.registered_at > sessions.starts_at as is_late,
    from {{ ref('stg_live__registrations') }} as delivered
    inner join sessions
        on
            delivered.campaign_id = sessions.campaign_id
            and delivered.session_id = sessions.session_id
    qualify row_number() over (
        partition by delivered.campaign_id, delivered.session_id, delivered.person_key
        order by delivered.landed_on desc, delivered.delivery desc
    ) = 1

),

attendees as (

    select distinct
        campaign_id,
        session_id,
        person,
    from {{ rebuilt_rows(ref('int_live__attendances')) }} as people

),

matched as (

    select
        coalesce(registrations.campaign_id, attendees.campaign_id) as campaign_id,
        coalesce(registrations.session_id, attendees.session_id) as session_id,
        registrations.status,
        registrations.status in ('approved', 'pending') as is_registered,
        registrations.is_late,
        attendees.person is not null as has_attended,
    from registrations
    full outer join attendees
        on
            registrations.campaign_id = attendees.campaign_id
            and registrations.session_id = attendees.session_id
            and registrations.person = attendees.person

),

counted as (

    select
        campaign_id,
        session_id,
        count(*) filter (where is_registered) as registrations,
        count(*) filter (where is_registered and is_late) as late_registrations,
        count(*) filter (where status = 'cancelled') as cancelled,
        count(*) filter (where status = 'denied') as denied,
        count(*) filter (where is_registered and has_attended) as registered_attendees,
        count(*) filter (where has_attended and not coalesce(is_registered, false)) as walk_ins,
    from matched
    group by campaign_id, session_id
    having count(status) > 0

),

explained as (

    select
        counted.*,
        case
            when sessions.basis = 'registrations' then 'no_data'
            when sessions.basis = 'samples' then 'samples_only'
            when sessions.identity = 'name' then 'names_only'
            when counted.registrations = 0 then 'no_denominator'
        end as reason,
    from counted
    inner join sessions
        on
            counted.campaign_id = sessions.campaign_id
            and counted.session_id = sessions.session_id

)

select
    campaign_id,
    session_id,
    registrations,
    late_registrations,
    cancelled,
    denied,
    case when coalesce(reason, 'no_denominator') = 'no_denominator' then registered_attendees end as registered_attendees,
    case when coalesce(reason, 'no_denominator') = 'no_denominator' then walk_ins end as walk_ins,
    case when reason is null then registered_attendees / nullif(cast(registrations as double), 0) end as attendance_rate,
    reason,
from explained

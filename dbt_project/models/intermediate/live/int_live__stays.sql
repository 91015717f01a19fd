{#
    What each stay of an attendee adds to their presence, on the session's clock, in the sessions that this build brings up to date.
    Stays of one person that overlap count once. Guests of one name who overlap are people of their own: `device` numbers them.
#}
{{ config(materialized='table', database='memory') }}
{#- More stays of guests of one name than anybody can tell apart: each is then a person. #}
{%- set most_stays = 2000 %}
with recursive

sessions as (

    select distinct
        session_number,
        campaign_id,
        session_id,
        has_several_deliveries,
        session_starts,
        session_ends,
    from {{ ref('int_live__instances') }}
    where basis = 'intervals'

),

delivered as not materialized (

    select
        sessions.session_number,
        sessions.has_several_deliveries,
        sessions.session_starts,
        sessions.session_ends,
        {{ person_number('stays.person_key') }} as person,
        stays.identity,
        {{ epoch_microseconds('stays.joined_at') }} as joined,
        {{ epoch_microseconds('stays.left_at') }} as left_at,
        stays.device,
        stays.is_staff,
        stays.landed_on,
        stays.delivery,
    from {{ ref('stg_live__stays') }} as stays
    inner join sessions
        on
            stays.campaign_id = sessions.campaign_id
            and stays.session_id = sessions.session_id

),

staff as (

    select distinct
        session_number,
        person,
    from delivered
    where is_staff

),

-- A key is unique in a delivery. Of the same key in several the one that landed last counts.
latest as not materialized (

    select
        session_number,
        session_starts,
        session_ends,
        person,
        identity,
        joined,
        left_at,
    from delivered
    where not has_several_deliveries
    union all
    select
        session_number,
        session_starts,
        session_ends,
        person,
        identity,
        joined,
        left_at,
    from delivered
    where has_several_deliveries
    qualify row_number() over (
        partition by session_number, person, joined, device
        order by landed_on desc, delivery desc
    ) = 1

),

bounded as not materialized (

    select
        latest.session_number,
        latest.person,
        latest.identity,
        greatest(latest.joined, latest.session_starts) as entered,
        least(coalesce(latest.left_at, latest.session_ends), latest.session_ends) as exited,
        latest.left_at is null as is_leave_imputed,
    from latest
    anti join staff
        on
            latest.session_number = staff.session_number
            and latest.person = staff.person
    where
        greatest(latest.joined, latest.session_starts)
        < least(coalesce(latest.left_at, latest.session_ends), latest.session_ends)

),

guests as materialized (

    select
        *,
        row_number() over (partition by session_number, person order by entered, exited, is_leave_imputed) as stay_number,
        count(*) over (partition by session_number, person) as stays,
    from bounded
    where identity = 'guest'

),

-- In order of time, each stay of a name is of the first device that is free.
devices as (

    select
        session_number,
        person,
        stay_number,
        cast(1 as integer) as device,
        [exited] as until,
    from guests
    where stay_number = 1 and stays <= {{ most_stays }}
    union all
    select
        guests.session_number,
        guests.person,
        guests.stay_number,
        cast({{ first_free_device('devices.until', 'guests.entered') }} as integer) as device,
        {{ with_device_until('devices.until', 'guests.entered', 'guests.exited') }} as until,
    from devices
    inner join guests
        on
            devices.session_number = guests.session_number
            and devices.person = guests.person
            and devices.stay_number + 1 = guests.stay_number

),

attended as (

    select
        session_number,
        person,
        cast(1 as integer) as device,
        {{ identity_code('identity') }} as identity_code,
        entered,
        exited,
        is_leave_imputed,
    from bounded
    where identity <> 'guest'
    union all
    select
        guests.session_number,
        guests.person,
        cast(coalesce(devices.device, guests.stay_number) as integer) as device,
        {{ identity_code('guests.identity') }} as identity_code,
        guests.entered,
        guests.exited,
        guests.is_leave_imputed,
    from guests
    left join devices
        on
            guests.session_number = devices.session_number
            and guests.person = devices.person
            and guests.stay_number = devices.stay_number

),

clocked as (

    select
        attended.session_number,
        attended.person,
        attended.device,
        attended.identity_code,
        attended.is_leave_imputed,
        attended.is_leave_imputed
        and instances.clock_at_start + instances.ends - instances.starts = instances.live_microseconds as is_imputed_leave,
        greatest(attended.entered, instances.starts) - instances.starts + instances.clock_at_start as entered,
        least(attended.exited, instances.ends) - instances.starts + instances.clock_at_start as exited,
    from attended
    inner join {{ ref('int_live__instances') }} as instances
        on
            attended.session_number = instances.session_number
            and attended.entered < instances.ends
            and attended.exited > instances.starts

),

compared as (

    select
        *,
        max(exited) over earlier as reached,
        max(case when not is_leave_imputed then exited end) over earlier as reached_seen,
        lead(false, 1, true) over of_person as is_last_stay,
    from clocked
    window
        of_person as (
            partition by session_number, person, device
            order by entered
        ),
        earlier as (
            partition by session_number, person, device
            order by entered
            rows between unbounded preceding and 1 preceding
        )

)

select
    session_number,
    person,
    device,
    identity_code,
    is_imputed_leave,
    exited,
    least(exited, greatest(entered, coalesce(reached, entered))) as adds_from,
    case
        when is_leave_imputed then exited
        else least(exited, greatest(entered, coalesce(reached_seen, entered)))
    end as adds_seen_from,
    coalesce(entered - reached >= 60000000, true) as is_new_view,
    reached is null and is_last_stay as is_only_stay,
from compared

with

bounds as (

    select * from {{ ref('int_live__touched_bounds') }}

),

sessions as (

    select * from {{ ref('int_live__sessions') }}

),

stays as (

    select * from {{ ref('int_live__stays') }}

),

bounded as (

    select
        stays.campaign_id,
        stays.session_id,
        stays.person_key,
        stays.joined_at,
        stays.left_at,
        stays.landed_on,
        stays.delivery,
        stays.line,
        stays.is_staff,
        -- Beside people with an id, those of a delivery that knows names alone are name-only too.
        bounds.identity = 'id' and stays.identity <> 'id' as is_name_only,
        bounds.starts_at,
        bounds.ends_at,
    from stays
    inner join bounds
        on
            stays.campaign_id = bounds.campaign_id
            and stays.session_id = bounds.session_id
    inner join sessions
        on
            stays.campaign_id = sessions.campaign_id
            and stays.session_id = sessions.session_id
            and stays.landed_on = sessions.landed_on
            and stays.delivery = sessions.delivery
    where bounds.basis = 'intervals' and bounds.live_microseconds > 0

),

deduplicated as (

    select *
    from bounded
    qualify row_number() over (
        partition by campaign_id, session_id, person_key, joined_at
        order by landed_on desc, delivery desc, line desc
    ) = 1

),

staff as (

    select distinct
        campaign_id,
        session_id,
        person_key,
    from deduplicated
    where is_staff

),

attended as (

    select deduplicated.*
    from deduplicated
    left join staff
        on
            deduplicated.campaign_id = staff.campaign_id
            and deduplicated.session_id = staff.session_id
            and deduplicated.person_key = staff.person_key
    where staff.person_key is null

),

clipped as (

    select
        campaign_id,
        session_id,
        person_key,
        joined_at,
        is_name_only,
        left_at is null as is_leave_imputed,
        greatest(joined_at, starts_at) as entered_at,
        least(coalesce(left_at, ends_at), ends_at) as exited_at,
    from attended

),

counted as (

    select *
    from clipped
    where entered_at < exited_at

),

-- The union of a person's stays: each adds what lies after the latest exit of those before it.
compared as (

    select
        *,
        max(exited_at) over earlier as earlier_exited_at,
        max(case when not is_leave_imputed then exited_at end) over earlier as earlier_seen_exited_at,
    from counted
    window earlier as (
        partition by campaign_id, session_id, person_key
        order by entered_at, exited_at, joined_at
        rows between unbounded preceding and 1 preceding
    )

),

merged as (

    select
        campaign_id,
        session_id,
        person_key,
        joined_at,
        is_name_only,
        is_leave_imputed,
        exited_at,
        least(exited_at, greatest(entered_at, coalesce(earlier_exited_at, entered_at))) as adds_from_at,
        case
            when is_leave_imputed then exited_at
            else least(exited_at, greatest(entered_at, coalesce(earlier_seen_exited_at, entered_at)))
        end as adds_seen_from_at,
    from compared

)

select * from merged

with

source as (

    select * from {{ source('live', 'live_sessions') }}

),

typed as (

    select
        campaign_id,
        session_id,
        title,
        advocate,
        topic,
        platform,
        language,
        country,
        cast(starts_at as timestamp with time zone) as starts_at,
        cast(ends_at as timestamp with time zone) as ends_at,
        bounds_basis,
        basis,
        identity,
        cast(landed_on as date) as landed_on,
        delivery,
    from source

)

select * from typed

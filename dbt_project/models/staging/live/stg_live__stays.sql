with

source as (

    select * from {{ source('live', 'live_stays') }}

),

typed as (

    select
        campaign_id,
        session_id,
        person_key,
        cast(joined_at as timestamp with time zone) as joined_at,
        cast(left_at as timestamp with time zone) as left_at,
        role,
        cast(is_name_only as boolean) as is_name_only,
        cast(landed_on as date) as landed_on,
        delivery,
        cast(line as bigint) as line,
    from source

)

select * from typed

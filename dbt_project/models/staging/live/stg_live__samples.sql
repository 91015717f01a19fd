with

source as (

    select * from {{ source('live', 'live_samples') }}

),

typed as (

    select
        campaign_id,
        session_id,
        cast(sampled_at as timestamp with time zone) as sampled_at,
        cast(viewers as bigint) as viewers,
        cast(max_gap_seconds as bigint) as max_gap_seconds,
        cast(landed_on as date) as landed_on,
        delivery,
        cast(line as bigint) as line,
    from source

)

select * from typed

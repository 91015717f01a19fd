with

source as (

    select * from {{ source('hashtag', 'video_readings') }}

),

typed as (

    select
        cast(landed_on as date) as landed_on,
        cast(delivery as varchar) as delivery,
        cast(campaign_id as varchar) as campaign_id,
        cast(video_id as varchar) as video_id,
        cast(captured_at as timestamptz) as captured_at,
        cast(created_at as timestamptz) as created_at,
        cast(creator_key as varchar) as creator_key,
        cast(creator_followers as bigint) as creator_followers,
        cast(views as bigint) as views,
        cast(likes as bigint) as likes,
        cast(comments as bigint) as comments,
        cast(shares as bigint) as shares,
        cast(saves as bigint) as saves,
        cast(hashtags as varchar[]) as hashtags,
        cast(display_hashtags as varchar[]) as display_hashtags,
        cast(creator_country as varchar) as creator_country,
        cast(duration_seconds as bigint) as duration_seconds,
        cast(file as varchar) as file,
        cast(line as bigint) as line,
    from source

)

select * from typed

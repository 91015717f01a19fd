with

videos as (

    select * from {{ ref('int_hashtag__videos') }}

),

capture_days as (

    select * from {{ ref('int_hashtag__capture_days') }}

),

last_captures as (

    select
        campaign_id,
        max(event_on) as last_capture_on,
    from capture_days
    group by campaign_id

),

described as (

    select
        videos.campaign_id,
        videos.video_id,
        videos.creator_key,
        videos.created_at,
        videos.created_on,
        videos.creator_country,
        videos.hashtags,
        cast(null as varchar) as programme,
        case
            when videos.event_on > last_captures.last_capture_on - {{ look_back_days('hashtag') }} then 'observed'
            else 'not_seen_lately'
        end as state,
        videos.duration_seconds,
        videos.first_on as first_captured_on,
        videos.event_on as last_captured_on,
    from videos
    inner join last_captures on videos.campaign_id = last_captures.campaign_id

)

select * from described

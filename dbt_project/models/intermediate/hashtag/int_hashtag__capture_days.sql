with

video_days as (

    select * from {{ ref('int_hashtag__video_days') }}

),

captured as (

    select
        campaign_id,
        event_on,
        max(last_captured_at) as last_captured_at,
    from video_days
    group by campaign_id, event_on

),

in_order as (

    select
        campaign_id,
        event_on,
        last_captured_at,
        lag(last_captured_at) over (partition by campaign_id order by event_on) as previous_captured_at,
    from captured

)

select * from in_order

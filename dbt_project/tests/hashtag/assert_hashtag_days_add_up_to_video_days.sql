{# The views of a hashtag on a date, over all markets, are those of the videos that dim_video says carry it. #}
with

hashtag_days as (

    select * from {{ ref('fct_hashtag_day') }}

),

video_days as (

    select * from {{ ref('fct_hashtag_video_day') }}

),

videos as (

    select
        campaign_id,
        video_id,
        unnest(hashtags) as hashtag,
    from {{ ref('dim_video') }}

),

summed as (

    select
        videos.campaign_id,
        videos.hashtag,
        video_days.event_on,
        sum(video_days.views) as views,
        sum(video_days.likes) as likes,
    from video_days
    inner join videos on video_days.campaign_id = videos.campaign_id and video_days.video_id = videos.video_id
    group by videos.campaign_id, videos.hashtag, video_days.event_on

)

select
    hashtag_days.campaign_id,
    hashtag_days.hashtag,
    hashtag_days.event_on,
from hashtag_days
left join summed
    on
        hashtag_days.campaign_id = summed.campaign_id
        and hashtag_days.hashtag = summed.hashtag
        and hashtag_days.event_on = summed.event_on
where
    hashtag_days.views is distinct from summed.views
    or hashtag_days.likes is distinct from summed.likes

{#
    A video is a post of the hashtags that it carried when they and its date of creation were first known (event_on), in the market
    known then: an edited caption changes no past date. Of its creator the followers at the last reading before it was posted.
#}
{{ config(materialized='incremental', incremental_strategy='from_date') }}
with

videos as not materialized (

    select
        days.campaign_id,
        days.event_on,
        days.video_id,
        days.creator_key,
        days.created_on,
        days.created_at,
        days.hashtags,
        days.creator_country,
        days.comments_read is not null or days.comments_before is not null as has_comments,
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    where
        days.event_on >= rebuilds.rebuild_from
        and days.tagged_on <= days.event_on
        and days.dated_on <= days.event_on
        and days.event_on in (days.tagged_on, days.dated_on)

),

followed as (

    select
        videos.campaign_id,
        videos.video_id,
        max_by(followers.followers, followers.captured_at) as followers_at_posting,
    from videos
    inner join {{ ref('int_hashtag__follower_readings') }} as followers
        on
            videos.campaign_id = followers.campaign_id
            and videos.creator_key = followers.creator_key
            and followers.captured_at <= videos.created_at
    group by videos.campaign_id, videos.video_id

),

described as not materialized (

    select
        videos.*,
        followed.followers_at_posting,
    from videos
    left join followed on videos.campaign_id = followed.campaign_id and videos.video_id = followed.video_id

),

posts as (

    {{ hashtag_subjects('described', [
        'event_on', 'video_id', 'creator_key', 'created_on', 'has_comments', 'followers_at_posting',
    ]) }}

)

select * from posts

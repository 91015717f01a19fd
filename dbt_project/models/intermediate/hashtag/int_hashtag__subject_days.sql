{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        touched={'int_hashtag__touched_subject_days': ['campaign_id', 'subject_type', 'subject_id', 'market', 'event_on']},
    )
}}

with

touched as (

    select * from {{ ref('int_hashtag__touched_subject_days') }}

),

video_days as (

    select * from {{ ref('fct_hashtag_video_day') }}

),

affected_videos as (

    select * from {{ ref('int_hashtag__affected_videos') }}

),

late_videos as (

    select * from {{ ref('int_hashtag__late_videos') }}

),

videos_before as (

    {{ previous('int_hashtag__videos', {
        'campaign_id': 'varchar', 'video_id': 'varchar', 'hashtags': 'varchar[]', 'creator_country': 'varchar'
    }) }}

),

unaffected_videos as (

    select videos_before.*
    from videos_before
    anti join affected_videos
        on videos_before.campaign_id = affected_videos.campaign_id and videos_before.video_id = affected_videos.video_id
    anti join late_videos
        on videos_before.campaign_id = late_videos.campaign_id and videos_before.video_id = late_videos.video_id

),

videos as (

    select
        campaign_id,
        video_id,
        hashtags,
        creator_country
    from affected_videos
    union all
    select
        campaign_id,
        video_id,
        hashtags,
        creator_country
    from unaffected_videos

),

memberships as (

    {{ hashtag_subjects('videos') }}

),

touched_video_days as (

    select video_days.*
    from video_days
    semi join touched on video_days.campaign_id = touched.campaign_id and video_days.event_on = touched.event_on

),

summed as (

    select
        memberships.campaign_id,
        memberships.subject_type,
        memberships.subject_id,
        memberships.market,
        touched_video_days.event_on,
        sum(touched_video_days.views) as views,
        sum(touched_video_days.likes) as likes,
        sum(touched_video_days.comments) as comments,
        sum(touched_video_days.shares) as shares,
        sum(touched_video_days.saves) as saves,
        sum(touched_video_days.views) filter (
            where touched_video_days.likes + touched_video_days.comments + touched_video_days.shares is not null
        ) as rated_views,
        sum(touched_video_days.likes + touched_video_days.comments + touched_video_days.shares) filter (
            where touched_video_days.views is not null
        ) as rated_engagements_lcs,
        count(*) as video_readings,
        count(touched_video_days.views + touched_video_days.likes + touched_video_days.comments + touched_video_days.shares)
            as rated_readings,
    from touched_video_days
    inner join memberships
        on touched_video_days.campaign_id = memberships.campaign_id and touched_video_days.video_id = memberships.video_id
    semi join touched
        on
            memberships.campaign_id = touched.campaign_id
            and memberships.subject_type = touched.subject_type
            and memberships.subject_id = touched.subject_id
            and memberships.market = touched.market
            and touched_video_days.event_on = touched.event_on
    group by
        memberships.campaign_id,
        memberships.subject_type,
        memberships.subject_id,
        memberships.market,
        touched_video_days.event_on

)

select * from summed

{#
    Which days of which hashtags and markets this run rebuilds: those of touched days of videos, under the hashtags and market a
    video had and under those it has; and all days of a video whose hashtags or market changed.
#}
with

touched as (

    select distinct
        campaign_id,
        video_id,
        event_on,
    from {{ ref('int_hashtag__touched') }}

),

affected_days as (

    select * from {{ ref('int_hashtag__affected_days') }}

),

affected_videos as (

    select * from {{ ref('int_hashtag__affected_videos') }}

),

late_videos as (

    select * from {{ ref('int_hashtag__late_videos') }}

),

video_days as (

    select * from {{ ref('fct_hashtag_video_day') }}

),

videos_before as (

    {{ previous('int_hashtag__videos', {
        'campaign_id': 'varchar', 'video_id': 'varchar', 'hashtags': 'varchar[]', 'creator_country': 'varchar'
    }) }}

),

rebuilt_videos as (

    select
        campaign_id,
        video_id
    from affected_videos
    union
    select
        campaign_id,
        video_id
    from late_videos

),

memberships_before as (

    {{ hashtag_subjects('videos_before semi join rebuilt_videos using (campaign_id, video_id)') }}

),

memberships_after as (

    {{ hashtag_subjects('affected_videos') }}

),

memberships as (

    select * from memberships_before
    union
    select * from memberships_after

),

changed_videos as (

    (
        select * from memberships_before
        except
        select * from memberships_after
    )
    union
    (
        select * from memberships_after
        except
        select * from memberships_before
    )

),

rebuilt_days as (

    select
        campaign_id,
        video_id,
        event_on
    from touched
    union
    select
        campaign_id,
        video_id,
        event_on
    from affected_days
    union
    select
        video_days.campaign_id,
        video_days.video_id,
        video_days.event_on,
    from video_days
    semi join changed_videos
        on video_days.campaign_id = changed_videos.campaign_id and video_days.video_id = changed_videos.video_id

),

touched_subject_days as (

    select distinct
        memberships.campaign_id,
        memberships.subject_type,
        memberships.subject_id,
        memberships.market,
        rebuilt_days.event_on,
    from rebuilt_days
    inner join memberships
        on rebuilt_days.campaign_id = memberships.campaign_id and rebuilt_days.video_id = memberships.video_id

)

select * from touched_subject_days

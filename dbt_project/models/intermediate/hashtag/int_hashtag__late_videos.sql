{# What is not simply newer than all that is known of a video: these videos are rebuilt whole, so that nothing stale is left. #}
with

touched as (

    select distinct
        campaign_id,
        video_id,
        event_on,
    from {{ ref('int_hashtag__touched') }}

),

videos_before as (

    {{ previous('int_hashtag__videos', {
        'campaign_id': 'varchar', 'video_id': 'varchar', 'first_on': 'date', 'last_on': 'date'
    }) }}

),

capture_days as (

    select * from {{ ref('int_hashtag__capture_days') }}

),

reached_back as (

    select
        touched.campaign_id,
        touched.video_id,
    from touched
    inner join videos_before
        on touched.campaign_id = videos_before.campaign_id and touched.video_id = videos_before.video_id
    where touched.event_on <= videos_before.last_on

),

-- A first reading starts from 0 where the video is younger than the capture before it; that capture may have changed.
next_captures as (

    select
        touched_days.campaign_id,
        min(capture_days.event_on) as event_on,
    from (select distinct
        campaign_id,
        event_on
    from touched) as touched_days
    inner join capture_days
        on touched_days.campaign_id = capture_days.campaign_id and capture_days.event_on > touched_days.event_on
    group by touched_days.campaign_id, touched_days.event_on

),

started_after as (

    select
        videos_before.campaign_id,
        videos_before.video_id,
    from videos_before
    semi join next_captures
        on videos_before.campaign_id = next_captures.campaign_id and videos_before.first_on = next_captures.event_on

),

late as (

    select * from reached_back
    union
    select * from started_after

)

select * from late

{#
    The days of videos that this run rebuilds: every day of a late video; of any other touched video its new days, with what was
    last known of each counter carried over from the state, so that a day's run never reads history.
#}
{%- set counters = ['views', 'likes', 'comments', 'shares', 'saves'] %}
with

video_days as (

    select * from {{ ref('int_hashtag__video_days') }}

),

late_videos as (

    select * from {{ ref('int_hashtag__late_videos') }}

),

touched as (

    select distinct
        campaign_id,
        video_id,
        event_on,
    from {{ ref('int_hashtag__touched') }}

),

videos_before as (

    {{ previous('int_hashtag__videos', {
        'campaign_id': 'varchar', 'video_id': 'varchar', 'first_on': 'date',
        'views': 'bigint', 'likes': 'bigint', 'comments': 'bigint', 'shares': 'bigint', 'saves': 'bigint',
        'views_on': 'date', 'likes_on': 'date', 'comments_on': 'date', 'shares_on': 'date', 'saves_on': 'date',
        'starts_from_zero': 'boolean'
    }) }}

),

late_days as (

    select
        video_days.*,
        cast(null as date) as carried_first_on,
        {%- for counter in counters %}
            cast(null as bigint) as carried_{{ counter }},
            cast(null as date) as carried_{{ counter }}_on,
        {%- endfor %}
        cast(null as boolean) as carried_starts_from_zero,
        true as is_late,
    from video_days
    semi join late_videos
        on video_days.campaign_id = late_videos.campaign_id and video_days.video_id = late_videos.video_id

),

fresh_touched as (

    select touched.*
    from touched
    anti join late_videos on touched.campaign_id = late_videos.campaign_id and touched.video_id = late_videos.video_id

),

fresh_days as (

    select
        video_days.*,
        videos_before.first_on as carried_first_on,
        {%- for counter in counters %}
            videos_before.{{ counter }} as carried_{{ counter }},
            videos_before.{{ counter }}_on as carried_{{ counter }}_on,
        {%- endfor %}
        videos_before.starts_from_zero as carried_starts_from_zero,
        false as is_late,
    from video_days
    semi join fresh_touched
        on
            video_days.campaign_id = fresh_touched.campaign_id
            and video_days.video_id = fresh_touched.video_id
            and video_days.event_on = fresh_touched.event_on
    left join videos_before
        on video_days.campaign_id = videos_before.campaign_id and video_days.video_id = videos_before.video_id

),

affected as (

    select * from late_days
    union all by name
    select * from fresh_days

),

capture_days as (

    select * from {{ ref('int_hashtag__capture_days') }}

),

ordered as (

    select
        affected.*,
        coalesce(
            affected.carried_first_on,
            min(affected.event_on) over (partition by affected.campaign_id, affected.video_id)
        ) as first_on,
        {%- for counter in counters %}
            coalesce(
                last_value(affected.{{ counter }} ignore nulls) over earlier, affected.carried_{{ counter }}
            ) as previous_{{ counter }},
            coalesce(
                last_value(case when affected.{{ counter }} is not null then affected.event_on end ignore nulls) over earlier,
                affected.carried_{{ counter }}_on
            ) as previous_{{ counter }}_on,
        {%- endfor %}
    from affected
    window earlier as (
        partition by affected.campaign_id, affected.video_id
        order by affected.event_on
        rows between unbounded preceding and 1 preceding
    )

),

-- Judged at the first reading: a video younger than the campaign's capture before it had 0 of everything then.
baselined as (

    select
        ordered.* exclude (carried_starts_from_zero),
        coalesce(
            ordered.carried_starts_from_zero,
            bool_or(ordered.event_on = ordered.first_on and ordered.created_at > capture_days.previous_captured_at)
                over (partition by ordered.campaign_id, ordered.video_id),
            false
        ) as starts_from_zero,
    from ordered
    inner join capture_days
        on ordered.campaign_id = capture_days.campaign_id and ordered.event_on = capture_days.event_on

)

select * from baselined

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        touched={'int_hashtag__touched': ['campaign_id', 'video_id', 'event_on']},
    )
}}

with

readings as (

    select * from {{ ref('int_hashtag__readings') }}

),

touched as (

    select distinct
        campaign_id,
        video_id,
        event_on,
    from {{ ref('int_hashtag__touched') }}

),

touched_readings as (

    select
        readings.*,
        row(readings.captured_at, readings.landed_on, readings.delivery, readings.line) as position,
    from readings
    semi join touched
        on
            readings.campaign_id = touched.campaign_id
            and readings.video_id = touched.video_id
            and readings.event_on = touched.event_on

),

last_known as (

    select
        campaign_id,
        video_id,
        event_on,
        max(captured_at) as last_captured_at,
        {%- for column in [
            'views', 'likes', 'comments', 'shares', 'saves', 'hashtags', 'display_hashtags', 'creator_key', 'creator_country',
            'creator_followers', 'created_at', 'created_on', 'duration_seconds'
        ] %}
            max_by({{ column }}, position) filter (where {{ column }} is not null) as {{ column }},
        {%- endfor %}
    from touched_readings
    group by campaign_id, video_id, event_on

)

select * from last_known

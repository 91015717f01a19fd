{#
    What is last known of every video: the state that the next run starts from. Written only after every model that compares
    it with what is new.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        touched={
            'int_hashtag__late_videos': ['campaign_id', 'video_id'],
            'int_hashtag__affected_videos': ['campaign_id', 'video_id'],
        },
    )
}}
-- depends_on: {{ ref('fct_hashtag_video_day') }}
-- depends_on: {{ ref('int_hashtag__subject_days') }}
-- depends_on: {{ ref('int_hashtag__late_videos') }}

with

affected_videos as (

    select * from {{ ref('int_hashtag__affected_videos') }}

)

select * from affected_videos

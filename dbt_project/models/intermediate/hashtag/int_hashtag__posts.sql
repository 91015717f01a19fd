{#
    A video is a post of the hashtags that it carried when they and its date of creation were first known (event_on), in the market
    known then: an edited caption changes no past date.
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
        days.hashtags,
        days.creator_country,
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    where
        days.event_on >= rebuilds.rebuild_from
        and days.tagged_on <= days.event_on
        and days.dated_on <= days.event_on
        and days.event_on in (days.tagged_on, days.dated_on)

),

posts as (

    {{ hashtag_subjects('videos', ['event_on', 'video_id', 'creator_key', 'created_on']) }}

)

select * from posts

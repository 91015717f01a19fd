{# The last row of every video, from which the next build starts, and which of the seeded hashtags it carries. #}
{{ config(materialized='incremental', incremental_strategy='from_date', unique_key=['campaign_id', 'video_id']) }}
with

rebuilds as (

    select * from {{ rebuild_from('hashtag') }}

),

rebuilt as (

    select
        days.campaign_id,
        days.video_id,
        max(days.event_on) as event_on,
    from {{ ref('int_hashtag__video_days') }} as days
    inner join rebuilds on days.campaign_id = rebuilds.campaign_id
    where days.event_on >= rebuilds.rebuild_from
    group by days.campaign_id, days.video_id

),

{%- if is_incremental() %}

-- Videos whose last reading has left: what was known before it is known again.
    fallen_back as (

        select
            days.campaign_id,
            days.video_id,
            max(days.event_on) as event_on,
        from {{ ref('int_hashtag__video_days') }} as days
        inner join {{ this }} as videos on days.campaign_id = videos.campaign_id and days.video_id = videos.video_id
        inner join rebuilds on days.campaign_id = rebuilds.campaign_id
        where videos.event_on >= rebuilds.rebuild_from and days.event_on < rebuilds.rebuild_from
        group by days.campaign_id, days.video_id

    ),
{%- endif %}

latest as (

    select * from rebuilt
    {%- if is_incremental() %}
        union all
        select fallen_back.*
        from fallen_back
        anti join rebuilt on fallen_back.campaign_id = rebuilt.campaign_id and fallen_back.video_id = rebuilt.video_id
    {%- endif %}

),

seeded as (

    select
        campaign_id,
        list(hashtag) as hashtags,
        list(hashtag) filter (where is_campaign_hashtag) as campaign_hashtags,
    from {{ ref('stg_campaign__hashtags') }}
    group by campaign_id

)

select
    days.*,
    list_filter(days.hashtags, lambda tag: list_contains(seeded.hashtags, tag)) as seeded_hashtags,
    coalesce(list_has_any(days.hashtags, seeded.campaign_hashtags), false) as is_of_campaign,
from {{ ref('int_hashtag__video_days') }} as days
semi join latest
    on
        days.campaign_id = latest.campaign_id
        and days.video_id = latest.video_id
        and days.event_on = latest.event_on
left join seeded on days.campaign_id = seeded.campaign_id

{{ config(materialized='incremental', incremental_strategy='from_date') }}
with

video_days as not materialized (

    select
        days.campaign_id,
        days.event_on,
        days.hashtags,
        days.creator_country,
        {%- for counter in counters() %}
            {{ net(counter, 'days') }} as {{ counter }},
        {%- endfor %}
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    where days.event_on >= rebuilds.rebuild_from

),

counted as not materialized (

    {{ hashtag_subjects('video_days', ['event_on'] + counters()) }}

),

summed as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        event_on,
        {%- for counter in counters() %}
            cast(sum({{ counter }}) as bigint) as {{ counter }},
        {%- endfor %}
        cast(sum(likes + comments + shares) as bigint) as engagements_lcs,
        cast(sum(likes + comments + shares) filter (where views is not null) as bigint) as rated_engagements_lcs,
        cast(sum(views) filter (where likes + comments + shares is not null) as bigint) as rated_views,
        count(*) as video_readings,
        count(likes + comments + shares) as rated_readings,
    from counted
    group by campaign_id, subject_type, subject_id, market, event_on

)

select * from summed

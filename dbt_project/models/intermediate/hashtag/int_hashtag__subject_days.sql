{{ config(materialized='incremental', incremental_strategy='from_date') }}
{%- set bounds = ['views_low', 'views_high', 'engagements_lcs', 'engagements_lcs_low', 'engagements_lcs_high'] %}
{%- set figures = counters() + bounds + ['views_gross', 'views_removed', 'views_per_hour', 'engagements_per_hour'] %}
with

video_days as not materialized (

    select
        days.campaign_id,
        days.event_on,
        days.hashtags,
        days.creator_country,
        days.view_definition,
        {%- for counter in counters() %}
            {{ net(counter, 'days') }} as {{ counter }},
        {%- endfor %}
        {{ net_low('views', 'days') }} as views_low,
        {{ net_high('views', 'days') }} as views_high,
        {{ net('likes', 'days') }} + {{ net('comments', 'days') }} + {{ net('shares', 'days') }} as engagements_lcs,
        {{ net_low('likes', 'days') }} + {{ net_low('comments', 'days') }} + {{ net_low('shares', 'days') }}
            as engagements_lcs_low,
        {{ net_high('likes', 'days') }} + {{ net_high('comments', 'days') }} + {{ net_high('shares', 'days') }}
            as engagements_lcs_high,
        {{ gross('views', 'days') }} as views_gross,
        {{ removed('views', 'days') }} as views_removed,
        {{ net('views', 'days') }} / {{ hours_since('views', 'days') }} as views_per_hour,
        ({{ net('likes', 'days') }} + {{ net('comments', 'days') }} + {{ net('shares', 'days') }})
        / {{ hours_since('likes', 'days') }} as engagements_per_hour,
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    where days.event_on >= rebuilds.rebuild_from

),

counted as not materialized (

    {{ hashtag_subjects('video_days', ['event_on', 'view_definition'] + figures) }}

),

-- What a rate divides is summed over the video-days of which both parts are known.
summed as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        event_on,
        view_definition,
        {%- for figure in counters() + bounds + ['views_gross', 'views_removed'] %}
            cast(sum({{ figure }}) as bigint) as {{ figure }},
        {%- endfor %}
        {%- for bound in ['', '_low', '_high'] %}
            cast(sum(engagements_lcs{{ bound }}) filter (where views is not null) as bigint) as rated_engagements_lcs{{ bound }},
            cast(sum(views{{ bound }}) filter (where engagements_lcs is not null) as bigint) as rated_views{{ bound }},
        {%- endfor %}
        {%- for counter in ['shares', 'saves'] %}
            cast(sum({{ counter }}) filter (where views is not null) as bigint) as {{ counter }}_on_views,
            cast(sum(views) filter (where {{ counter }} is not null) as bigint) as views_with_{{ counter }},
        {%- endfor %}
        {{ exact_sum('views_per_hour') }} as views_per_hour,
        {{ exact_sum('engagements_per_hour') }} as engagements_per_hour,
        count(*) as video_readings,
        count(engagements_lcs) as rated_readings,
    from counted
    group by campaign_id, subject_type, subject_id, market, event_on, view_definition

)

select * from summed

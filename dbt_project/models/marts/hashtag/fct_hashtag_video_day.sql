{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        touched={
            'int_hashtag__late_videos': ['campaign_id', 'video_id'],
            'int_hashtag__touched': ['campaign_id', 'video_id', 'event_on'],
        },
        post_hook="{{ flip_provisional('hashtag') }}",
        on_schema_change='fail',
    )
}}
-- depends_on: {{ ref('int_hashtag__late_videos') }}
-- depends_on: {{ ref('int_hashtag__touched') }}
{%- set counters = ['views', 'likes', 'comments', 'shares', 'saves'] %}

with

affected_days as (

    select * from {{ ref('int_hashtag__affected_days') }}

),

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

differenced as (

    select
        affected_days.campaign_id,
        affected_days.video_id,
        affected_days.event_on,
        {%- for counter in counters %}
            affected_days.{{ counter }} - coalesce(
                affected_days.previous_{{ counter }}, case when affected_days.starts_from_zero then 0 end
            ) as {{ counter }},
        {%- endfor %}
        {%- for counter in counters %}
            affected_days.{{ counter }} as {{ counter }}_total,
        {%- endfor %}
        greatest(
            {%- for counter in counters %}
                case
                    when affected_days.{{ counter }} is not null
                        then affected_days.event_on - affected_days.previous_{{ counter }}_on
                end
                {{- ',' if not loop.last }}
            {%- endfor %}
        ) as interval_days,
        affected_days.last_captured_at,
        affected_days.event_on = affected_days.first_on as is_first_reading,
        {{ is_provisional('affected_days.event_on', 'hashtag', 'as_of.as_of') }} as is_provisional,
        affected_days.event_on >= campaigns.starts_on
        and affected_days.event_on <= coalesce(campaigns.ends_on, affected_days.event_on) as is_in_campaign,
    from affected_days
    inner join campaigns on affected_days.campaign_id = campaigns.campaign_id
    cross join as_of

)

select * from differenced

{{
    config(
        materialized='incremental',
        incremental_strategy='from_date',
        comes_in_order=true,
        post_hook="{{ flip_provisional('hashtag') }}",
    )
}}

with

differenced as (

    select
        days.campaign_id,
        days.video_id,
        days.event_on,
        {%- for counter in counters() %}
            {{ net(counter, 'days') }} as {{ counter }},
            {{ net_low(counter, 'days') }} as {{ counter }}_low,
            {{ net_high(counter, 'days') }} as {{ counter }}_high,
            {{ gross(counter, 'days') }} as {{ counter }}_gross,
            {{ removed(counter, 'days') }} as {{ counter }}_removed,
            {{ removed(counter, 'days', is_reset(counter, 'days')) }} as {{ counter }}_reset,
            {{ removed(counter, 'days', 'not ' ~ is_reset(counter, 'days')) }} as {{ counter }}_correction,
            days.{{ counter }}_read as {{ counter }}_total,
        {%- endfor %}
        greatest(
            {%- for counter in counters() %}
                case
                    when days.{{ counter }}_read is not null
                        then date_diff('day', {{ part(counter, 'days', 'before', 'event_on') }}, days.event_on)
                end
                {{- ',' if not loop.last }}
            {%- endfor %}
        ) as interval_days,
        days.last_captured_at,
        days.event_on = days.first_on as is_first_reading,
        {{ is_provisional('days.event_on', 'hashtag', 'as_of.as_of') }} as is_provisional,
        {{ is_in_campaign('days.event_on') }} as is_in_campaign,
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on days.campaign_id = campaigns.campaign_id
    cross join {{ ref('int_lake__as_of') }} as as_of
    where days.event_on >= rebuilds.rebuild_from

)

select * from differenced

{{ config(materialized='incremental', incremental_strategy='from_date') }}
with

dated as (

    select
        readings.campaign_id,
        {{ event_on('readings.captured_at', 'campaigns.reporting_timezone') }} as event_on,
        readings.captured_at,
    from {{ ref('stg_hashtag__video_readings') }} as readings
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on readings.campaign_id = campaigns.campaign_id

),

captured as (

    select
        dated.campaign_id,
        dated.event_on,
        max(dated.captured_at) as last_captured_at,
    from dated
    inner join {{ rebuild_from('hashtag') }} as rebuilds on dated.campaign_id = rebuilds.campaign_id
    where dated.event_on >= rebuilds.rebuild_from
    group by dated.campaign_id, dated.event_on

)

select * from captured

{{ config(materialized='incremental', incremental_strategy='from_date') }}
with

readings as (

    select
        readings.campaign_id,
        readings.creator_key,
        {{ event_on('readings.captured_at', 'campaigns.reporting_timezone') }} as event_on,
        readings.captured_at,
        max(readings.creator_followers) as followers,
    from {{ ref('stg_hashtag__video_readings') }} as readings
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on readings.campaign_id = campaigns.campaign_id
    where readings.creator_followers is not null and readings.creator_key is not null
    group by readings.campaign_id, readings.creator_key, readings.captured_at, campaigns.reporting_timezone

)

select readings.*
from readings
inner join {{ rebuild_from('hashtag') }} as rebuilds on readings.campaign_id = rebuilds.campaign_id
where readings.event_on >= rebuilds.rebuild_from

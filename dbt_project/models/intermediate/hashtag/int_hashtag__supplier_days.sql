{{ config(materialized='incremental', incremental_strategy='from_date') }}
select distinct
    days.campaign_id,
    days.supplier,
    days.event_on,
from {{ ref('int_hashtag__video_days') }} as days
inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
where days.event_on >= rebuilds.rebuild_from

{# Kept by date of capture: a later export may restate the days of an earlier one, and may be taken back. #}
{{ config(materialized='incremental', incremental_strategy='from_date', rebuilt_on='captured_on') }}
with

readings as (

    select
        days.*,
        coalesce(days.metric_definition, 'unknown') as definition,
        {{ event_on('days.captured_at', 'campaigns.reporting_timezone') }} as captured_on,
    from {{ ref('stg_hashtag__account_days') }} as days
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on days.campaign_id = campaigns.campaign_id

),

latest as (

    select readings.*
    from readings
    inner join {{ rebuild_from('hashtag') }} as rebuilds on readings.campaign_id = rebuilds.campaign_id
    where readings.captured_on >= rebuilds.rebuild_from
    qualify row_number() over (
        partition by
            readings.campaign_id, readings.account_key, readings.definition, readings.account_on, readings.captured_on
        order by readings.captured_at desc, readings.landed_on desc, readings.delivery desc, readings.line desc
    ) = 1

)

select
    campaign_id,
    account_key,
    definition as metric_definition,
    account_on as event_on,
    captured_on,
    views,
    profile_views,
    likes,
    comments,
    shares,
    viewers,
    new_viewers,
    returning_viewers,
    followers,
from latest

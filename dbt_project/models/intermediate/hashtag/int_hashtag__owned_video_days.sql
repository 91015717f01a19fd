{#
    What platforms tell only the owners of videos: reach and watching, lifetime figures of each video. Reach adds up to nothing. Of several
    readings of a date the one that tells most of them, or else the last.
#}
{{ config(materialized='incremental', incremental_strategy='from_date') }}
with

readings as (

    select
        readings.campaign_id,
        readings.video_id,
        {{ event_on('readings.captured_at', 'campaigns.reporting_timezone') }} as event_on,
        readings.captured_at,
        readings.landed_on,
        readings.delivery,
        readings.line,
        readings.views,
        readings.likes + readings.comments + readings.shares as engagements_lcs,
        readings.reach,
        readings.watch_seconds,
        readings.completion_rate,
    from {{ ref('stg_hashtag__video_readings') }} as readings
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on readings.campaign_id = campaigns.campaign_id
    where readings.reach is not null or readings.watch_seconds is not null or readings.completion_rate is not null

),

latest as (

    select readings.*
    from readings
    inner join {{ rebuild_from('hashtag') }} as rebuilds on readings.campaign_id = rebuilds.campaign_id
    where readings.event_on >= rebuilds.rebuild_from
    qualify row_number() over (
        partition by readings.campaign_id, readings.video_id, readings.event_on
        order by
            case when readings.reach is null then 1 else 0 end
            + case when readings.watch_seconds is null then 1 else 0 end
            + case when readings.completion_rate is null then 1 else 0 end,
            readings.captured_at desc, readings.landed_on desc, readings.delivery desc, readings.line desc
    ) = 1

)

select
    campaign_id,
    video_id,
    event_on,
    views,
    engagements_lcs,
    reach,
    watch_seconds,
    completion_rate,
    {{ ratio('watch_seconds', 'views') }} as average_watch_seconds,
    {{ ratio('engagements_lcs', 'reach') }} as engagement_rate_by_reach,
from latest

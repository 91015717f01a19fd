{#
    Kept by date of capture: a later export may restate the days of an earlier one, and may be taken back. An account's figures come in
    several files, each exported at its own time: of each figure the last that is told counts, parts of viewers with their whole.
#}
{{ config(materialized='incremental', incremental_strategy='from_date', rebuilt_on='captured_on') }}
{%- set moment = 'struct_pack(captured_at := captured_at, landed_on := landed_on, delivery := delivery, line := line)' %}
with

readings as (

    select
        days.*,
        coalesce(days.metric_definition, 'unknown') as definition,
        {{ event_on('days.captured_at', 'campaigns.reporting_timezone') }} as captured_on,
    from {{ ref('stg_hashtag__account_days') }} as days
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on days.campaign_id = campaigns.campaign_id

),

read_now as (

    select readings.*
    from readings
    inner join {{ rebuild_from('hashtag') }} as rebuilds on readings.campaign_id = rebuilds.campaign_id
    where readings.captured_on >= rebuilds.rebuild_from

)

select
    campaign_id,
    account_key,
    definition as metric_definition,
    account_on as event_on,
    captured_on,
    {{ account_figures(moment) }}
from read_now
group by campaign_id, account_key, definition, account_on, captured_on

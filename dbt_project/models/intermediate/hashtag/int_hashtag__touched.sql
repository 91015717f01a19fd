{#
    Pending: filled before anything is deleted, from what changed deliveries had contributed and from what they bring now;
    emptied by int_lake__settled once every model has rebuilt what it names.
#}
{{ config(materialized='incremental', incremental_strategy='append') }}

with

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

),

newly_loaded as (

    {{ newly_loaded('stg_hashtag__video_readings', 'video_readings') }}

),

brought as (

    select
        newly_loaded.campaign_id,
        newly_loaded.video_id,
        {{ event_on('newly_loaded.captured_at', 'campaigns.reporting_timezone') }} as event_on,
    from newly_loaded
    inner join campaigns on newly_loaded.campaign_id = campaigns.campaign_id

),

readings_before as (

    {{ previous('int_hashtag__readings', {
        'campaign_id': 'varchar', 'video_id': 'varchar', 'event_on': 'date', 'landed_on': 'date', 'delivery': 'varchar'
    }) }}

),

removed as (

    select
        readings_before.campaign_id,
        readings_before.video_id,
        readings_before.event_on,
    from readings_before
    semi join ({{ changed_deliveries('video_readings') }} and was_loaded) as changed
        on readings_before.landed_on = changed.landed_on and readings_before.delivery = changed.delivery

),

touched as (

    select * from brought
    union
    select * from removed

)

select * from touched

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_deliveries',
        lake_table='video_readings',
        post_hook="{{ remember_deliveries('video_readings') }}",
    )
}}
-- depends_on: {{ ref('int_hashtag__touched') }}

with

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

),

newly_loaded as (

    {{ newly_loaded('stg_hashtag__video_readings', 'video_readings') }}

),

dated as (

    select
        newly_loaded.*,
        {{ event_on('newly_loaded.captured_at', 'campaigns.reporting_timezone') }} as event_on,
        {{ event_on('newly_loaded.created_at', 'campaigns.reporting_timezone') }} as created_on,
    from newly_loaded
    inner join campaigns on newly_loaded.campaign_id = campaigns.campaign_id

)

select * from dated

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_deliveries',
        lake_table='live_stays',
        post_hook="{{ remember_deliveries('live_stays') }}",
    )
}}
-- depends_on: {{ ref('int_live__touched') }}

with

newly_loaded as (

    {{ newly_loaded('stg_live__stays', 'live_stays') }}

)

select * from newly_loaded

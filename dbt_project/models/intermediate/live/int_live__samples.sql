{{
    config(
        materialized='incremental',
        incremental_strategy='replace_deliveries',
        lake_table='live_samples',
        post_hook="{{ remember_deliveries('live_samples') }}",
    )
}}
-- depends_on: {{ ref('int_live__touched') }}

with

newly_loaded as (

    {{ newly_loaded('stg_live__samples', 'live_samples') }}

)

select * from newly_loaded

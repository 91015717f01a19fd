{{
    config(
        materialized='incremental',
        incremental_strategy='replace_deliveries',
        lake_table='live_sessions',
        post_hook="{{ remember_deliveries('live_sessions') }}",
    )
}}
-- depends_on: {{ ref('int_live__touched') }}

with

newly_loaded as (

    {{ newly_loaded('stg_live__sessions', 'live_sessions') }}

)

select * from newly_loaded

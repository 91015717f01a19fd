{#
    Pending: the last model clears it, after every model that rebuilds touched sessions. The warehouse's own sessions are read
    before anything replaces them, so that a session which only the old version of a delivery held is rebuilt too.
#}
{{ config(materialized='incremental', incremental_strategy='append') }}

with

changed as (

    {{ changed_deliveries('live_sessions') }}

),

held as (

    {{
        previous('int_live__sessions', {
            'campaign_id': 'varchar', 'session_id': 'varchar', 'landed_on': 'date', 'delivery': 'varchar',
        })
    }}

),

delivered as (

    {{ newly_loaded('stg_live__sessions', 'live_sessions') }}

),

replaced as (

    select
        held.campaign_id,
        held.session_id,
    from held
    inner join changed
        on
            held.landed_on = changed.landed_on
            and held.delivery = changed.delivery

),

touched as (

    select
        campaign_id,
        session_id,
    from delivered
    union
    select
        campaign_id,
        session_id,
    from replaced

)

select * from touched

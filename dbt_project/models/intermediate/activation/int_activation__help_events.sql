{{ config(materialized='incremental', incremental_strategy='from_date', rebuilt_on='week_on') }}
with

delivered as (

    select
        events.campaign_id,
        events.week_on,
        {{ person_number('events.event_key') }} as event_key,
        coalesce(events.market, 'unknown') as market,
        coalesce(events.resource_id, 'unknown') as resource_id,
        {{ person_number('events.person_key') }} as person_key,
        events.excluded,
        events.landed_on,
        events.delivery,
    from {{ ref('stg_activation__help_events') }} as events

),

rebuilt as (

    {{ first_told('delivered', 'week_on', 'week_on') }}

)

select
    campaign_id,
    week_on,
    event_key,
    market,
    resource_id,
    person_key,
    excluded,
from rebuilt

{{ config(materialized='incremental', incremental_strategy='from_date', rebuilt_on='week_on') }}
with

delivered as (

    select
        events.campaign_id,
        events.week_on,
        {{ person_number('events.event_key') }} as event_key,
        coalesce(events.market, 'unknown') as market,
        events.activation,
        coalesce(events.resource_id, 'unknown') as resource_id,
        events.asset_version,
        {{ person_number('events.person_key') }} as person_key,
        events.group_key,
        events.has_consent,
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
    activation,
    resource_id,
    asset_version,
    person_key,
    group_key,
    has_consent,
    excluded,
from rebuilt

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

    select delivered.*
    from delivered
    inner join {{ rebuild_from('activation') }} as rebuilds
        on
            delivered.campaign_id = rebuilds.campaign_id
            and delivered.week_on >= rebuilds.rebuild_from
    {%- if is_incremental() %}
        anti join {{ this }} as earlier
            on
                delivered.campaign_id = earlier.campaign_id
                and delivered.event_key = earlier.event_key
                and earlier.week_on < rebuilds.rebuild_from
    {%- endif %}
    qualify row_number() over (
        partition by delivered.campaign_id, delivered.event_key
        order by delivered.week_on asc, delivered.landed_on desc, delivered.delivery desc
    ) = 1

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

{{ config(materialized='incremental', incremental_strategy='from_date') }}
with

delivered as (

    select
        counts.campaign_id,
        counts.counted_on as event_on,
        coalesce(deliveries.supplier, 'unnamed') as supplier,
        counts.activation,
        counts.is_known,
        coalesce(counts.asset_id, 'unknown') as asset_id,
        coalesce(counts.market, 'unknown') as market,
        counts.events,
        counts.unique_people,
        counts.landed_on,
        counts.delivery,
        counts.line,
    from {{ ref('stg_activation__counts') }} as counts
    inner join {{ ref('stg_lake__deliveries') }} as deliveries
        on
            counts.landed_on = deliveries.landed_on
            and counts.delivery = deliveries.delivery
            and deliveries.source = 'activation'

),

-- A later delivery of the same supplier knows better.
latest as (

    select delivered.*
    from delivered
    inner join {{ rebuild_from('activation') }} as rebuilds
        on
            delivered.campaign_id = rebuilds.campaign_id
            and delivered.event_on >= rebuilds.rebuild_from
    qualify row_number() over (
        partition by
            delivered.campaign_id,
            delivered.supplier,
            delivered.activation,
            delivered.asset_id,
            delivered.market,
            delivered.event_on
        order by delivered.landed_on desc, delivered.delivery desc, delivered.line desc
    ) = 1

)

select
    campaign_id,
    event_on,
    supplier,
    activation,
    is_known,
    asset_id,
    market,
    events,
    unique_people,
from latest

{{ config(materialized='table') }}
-- depends_on: {{ ref('stg_lake__versions') }}
with

held as (

    select * from {{ target.database }}.intermediate.held

),

changed as (

    select
        source,
        campaign_id,
        unit,
        min(first_on) as rebuild_from,
    from held
    where not is_everywhere
    group by source, campaign_id, unit

),

-- Units that are rebuilt together are told by one that has their first column alone.
together as (

    select distinct
        changed.source,
        changed.campaign_id,
        list_extract(changed.unit, 1) as first_column,
    from changed
    inner join held
        on
            changed.source = held.source
            and changed.campaign_id = held.campaign_id
            and list_extract(changed.unit, 1) = list_extract(held.unit, 1)
    where array_length(held.unit) = 1

),

rebuilds as (

    select * from changed
    union
    select
        held.source,
        held.campaign_id,
        held.unit,
        cast(null as date) as rebuild_from,
    from held
    inner join together
        on
            held.source = together.source
            and held.campaign_id = together.campaign_id
            and list_extract(held.unit, 1) = together.first_column

)

select * from rebuilds

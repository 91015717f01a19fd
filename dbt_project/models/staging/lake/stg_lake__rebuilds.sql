{{ config(materialized='table') }}
-- depends_on: {{ ref('stg_lake__versions') }}
select
    source,
    campaign_id,
    unit,
    min(first_on) as rebuild_from,
from {{ target.database }}.intermediate.held
where not is_everywhere
group by source, campaign_id, unit

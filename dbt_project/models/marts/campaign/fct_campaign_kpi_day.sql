with

kpis as (

    select * from {{ ref('int_campaign__kpis') }}

),

trust as (

    select * from {{ ref('int_campaign__trust') }}

),

combined as (

    select * from kpis
    union all by name
    select * from trust

)

select
    campaign_id,
    kpi_id,
    event_on,
    period,
    market,
    subject_type,
    subject_id,
    numerator,
    denominator,
    value,
    ci_low,
    ci_high,
    basis,
    is_provisional,
    reason,
from combined

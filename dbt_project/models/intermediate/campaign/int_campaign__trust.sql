{#
    C09: the share of headline values that one can lean on today: known, mature, and from a source of which nothing is held or
    refused. KPIs that are not built yet are no headline values.
#}
with

headlines as (

    select * from {{ ref('int_campaign__headlines') }}

),

metrics as (

    select * from {{ ref('metrics') }}

),

ledger as (

    select * from {{ source('lake', 'deliveries') }}

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

blocked as (

    select distinct
        campaign_id,
        source,
    from ledger
    where is_current and status in ('held', 'refused')

),

judged as (

    select
        headlines.campaign_id,
        headlines.value is not null
        and not headlines.is_provisional
        and headlines.caveat is null
        and blocked.source is null as is_trusted,
    from headlines
    inner join metrics on headlines.kpi_id = metrics.kpi_id
    left join blocked on headlines.campaign_id = blocked.campaign_id and metrics.source = blocked.source
    where metrics.is_built

),

counted as (

    select
        campaign_id,
        cast(count(*) filter (where is_trusted) as double) as numerator,
        cast(count(*) as double) as denominator,
    from judged
    group by campaign_id

)

select
    counted.campaign_id,
    'C09' as kpi_id,
    as_of.as_of as event_on,
    'day' as period,
    'all' as market,
    'campaign' as subject_type,
    'all' as subject_id,
    counted.numerator,
    counted.denominator,
    100 * {{ ratio('counted.numerator', 'counted.denominator') }} as value,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    'by_event_date' as basis,
    false as is_provisional,
    cast(null as varchar) as reason,
from counted
cross join as_of
where as_of.as_of is not null

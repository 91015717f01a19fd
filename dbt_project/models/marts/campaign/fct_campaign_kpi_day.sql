with

kpis as (

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
    from {{ ref('int_campaign__kpis') }}

),

trust as (

    select distinct
        campaign_id,
        'C09' as kpi_id,
        as_of as event_on,
        'day' as period,
        'all' as market,
        'campaign' as subject_type,
        'all' as subject_id,
        lines_trusted as numerator,
        lines_judged as denominator,
        100 * {{ ratio('lines_trusted', 'lines_judged') }} as value,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        'by_event_date' as basis,
        false as is_provisional,
        case when lines_judged = 0 then 'no_denominator' end as reason,
    from {{ ref('int_campaign__scorecard') }}
    where as_of is not null

),

combined as (

    select * from kpis
    union all
    select * from trust

)

select * from combined

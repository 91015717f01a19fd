{# V01 (with its interval), V02, V03 and V05 of every wave, sample, question and answer, for all respondents of the sample. #}
with

estimates as (

    select * from {{ ref('fct_survey_estimate') }}

),

totals as (

    select
        campaign_id,
        event_on,
        coalesce(country, 'unknown') as market,
        concat_ws(':', survey_id, wave, sample, question_code, answer_code) as subject_id,
        estimate_pct,
        ci_low_pct,
        ci_high_pct,
        base_unweighted,
        base_weighted,
        effective_base,
        display,
        reason,
    from estimates
    where segment_name = 'all'

),

kpis as (

    select
        totals.campaign_id,
        kpi.kpi_id,
        totals.event_on,
        totals.market,
        totals.subject_id,
        case kpi.kpi_id
            when 'V01' then totals.base_weighted * totals.estimate_pct / 100
            when 'V02' then totals.base_unweighted
            when 'V03' then totals.effective_base
            when 'V05' then totals.ci_high_pct - totals.ci_low_pct
        end as numerator,
        case when kpi.kpi_id = 'V01' then totals.base_weighted end as denominator,
        case kpi.kpi_id
            when 'V01' then totals.estimate_pct
            when 'V02' then totals.base_unweighted
            when 'V03' then totals.effective_base
            when 'V05' then totals.ci_high_pct - totals.ci_low_pct
        end as value,
        case when kpi.kpi_id in ('V01', 'V05') then totals.ci_low_pct end as ci_low,
        case when kpi.kpi_id in ('V01', 'V05') then totals.ci_high_pct end as ci_high,
        totals.display,
        totals.reason,
    from totals
    cross join (values ('V01'), ('V02'), ('V03'), ('V05')) as kpi (kpi_id)

)

select
    campaign_id,
    kpi_id,
    event_on,
    event_on as last_on,
    'wave' as period,
    market,
    'survey' as subject_type,
    subject_id,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(value as double) as value,
    ci_low,
    ci_high,
    'by_wave' as basis,
    'survey' as source,
    case when value is null then coalesce(reason, 'unknown') end as reason,
    display,
from kpis

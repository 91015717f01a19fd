{#
    Every KPI that a formula makes of measures. `caveat` says why a value that is known should not be shown on a page; a value may still
    change before the day `matures_on`. Those of dated measures are built from the first week on in which anything changed.
#}
{{ config(materialized='incremental', incremental_strategy='dated') }}
with

measures as (

    {{ in_changed_weeks(ref('int_campaign__measures')) }}

),

divided as (

    select
        counted.campaign_id,
        formulas.kpi_id,
        counted.event_on,
        greatest(counted.last_on, base.last_on) as last_on,
        counted.period,
        counted.market,
        counted.subject_type,
        counted.subject_id,
        counted.value as numerator,
        base.value as denominator,
        -- A count is divided by 1.
        case when formulas.denominator is null then 1 when base.value > 0 then base.value end as divisor,
        case when formulas.denominator is null then 1 when base.value > 0 then coalesce(base.low, base.value) end as divisor_low,
        case when formulas.denominator is null then 1 when base.value > 0 then coalesce(base.high, base.value) end as divisor_top,
        case when formulas.interval is not null and counted.value is not null then counted.low end as low,
        case when formulas.interval is not null and counted.value is not null then counted.high end as high,
        formulas.scale,
        formulas.basis,
        coalesce(
            case when counted.value is null then coalesce(counted.reason, 'no_reading') end,
            case
                when base.value = 0 then 'no_denominator'
                when base.value < 0 then 'negative_denominator'
                when formulas.denominator is not null and base.value is null then coalesce(base.reason, 'no_reading')
            end
        ) as reason,
        counted.reason as caveat,
        surveyed.sampling,
        counted.is_dated,
    from measures as counted
    inner join {{ ref('kpi_formulas') }} as formulas on counted.measure = formulas.numerator
    left join measures as base
        on
            formulas.denominator = base.measure
            and counted.campaign_id = base.campaign_id
            and counted.period = base.period
            and counted.event_on = base.event_on
            and counted.market = base.market
            and counted.subject_type = base.subject_type
            and counted.subject_id = base.subject_id
            and counted.is_dated = base.is_dated
    left join {{ ref('int_survey__measures') }} as surveyed
        on
            {{ same('counted', 'surveyed', ['campaign_id', 'measure', 'period', 'event_on']) }}
            and {{ same('counted', 'surveyed', ['market', 'subject_type', 'subject_id']) }}

),

-- The bounds of a ratio: its least and greatest value with numerator and denominator each at its lowest and highest.
calculated as (

    select
        campaign_id,
        kpi_id,
        event_on,
        last_on,
        period,
        market,
        subject_type,
        subject_id,
        numerator,
        denominator,
        scale * numerator / divisor as value,
        case when divisor_low > 0 then scale * least(low / divisor_low, low / divisor_top) end as ci_low,
        case when divisor_low > 0 then scale * greatest(high / divisor_low, high / divisor_top) end as ci_high,
        sampling,
        basis,
        reason,
        case when reason is null then caveat end as caveat,
        is_dated,
    from divided

),

matured as (

    select
        calculated.*,
        calculated.last_on + coalesce(sources.look_back_days, 0) as matures_on,
    from calculated
    inner join {{ ref('metrics') }} as metrics on calculated.kpi_id = metrics.kpi_id
    left join {{ ref('sources') }} as sources on metrics.source = sources.source

)

select * from matured

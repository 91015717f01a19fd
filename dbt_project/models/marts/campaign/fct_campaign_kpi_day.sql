{{ config(
    materialized='incremental', incremental_strategy='dated', dated_in='int_campaign__kpis', post_hook="{{ flip_provisional() }}"
) }}
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
        sampling,
        basis,
        coalesce(matures_on > as_of.as_of, false) as is_provisional,
        reason,
        matures_on,
    from (
        {{ in_changed_weeks(ref('int_campaign__kpis')) }}
        union all
        select
            * exclude (matures_on),
            false as is_dated,
            matures_on,
        from {{ ref('int_campaign__index') }}
    ) as known
    cross join {{ ref('int_lake__as_of') }} as as_of

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
        cast(null as varchar) as sampling,
        'by_event_date' as basis,
        false as is_provisional,
        case when lines_judged = 0 then 'no_denominator' end as reason,
        cast(null as date) as matures_on,
    from {{ ref('int_campaign__scorecard') }}
    where as_of is not null

),

-- About a line of the scorecard: how far its target is reached, and what was due by now; of what it is part.
lines as (

    {% for kpi, numerator, denominator, value, condition in [
        ('C07', 'attained_part', 'attained_whole', '100 * attainment_rate', "aim is not null and stage <> 'guardrail'"),
        ('C07b', 'value', 'due', '100 * pacing', 'due is not null'),
        ('C01', 'nested_numerator', 'nested_denominator', 'nested_pct', 'nests_in is not null'),
    ] -%}
        select
            campaign_id,
            '{{ kpi }}' as kpi_id,
            as_of as event_on,
            period,
            market,
            'line' as subject_type,
            concat(position, ':', subject_id) as subject_id,
            {{ numerator }} as numerator,
            {{ denominator }} as denominator,
            {{ value }} as value,
            cast(null as double) as ci_low,
            cast(null as double) as ci_high,
            cast(null as varchar) as sampling,
            'by_event_date' as basis,
            is_provisional,
            case when {{ value }} is null then coalesce(reason, 'no_denominator') end as reason,
            cast(null as date) as matures_on,
        from {{ ref('int_campaign__scorecard') }}
        where as_of is not null and {{ condition }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A KPI of which a source has told nothing has a row that says so, as one that is not built yet, or a word and no figure.
untold as (

    select
        campaigns.campaign_id,
        metrics.kpi_id,
        as_of.as_of as event_on,
        'campaign_to_date' as period,
        'all' as market,
        'campaign' as subject_type,
        'all' as subject_id,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(null as double) as value,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(null as varchar) as sampling,
        cast(null as varchar) as basis,
        false as is_provisional,
        case
            when not metrics.is_built then 'not_yet_built'
            when metrics.unit = 'enum' then 'in_words'
            else coalesce(missing.reason, 'no_data')
        end as reason,
        cast(null as date) as matures_on,
    from {{ ref('stg_campaign__campaigns') }} as campaigns
    cross join {{ ref('metrics') }} as metrics
    left join {{ ref('sources') }} as sources on metrics.source = sources.source
    cross join {{ ref('int_lake__as_of') }} as as_of
    left join {{ ref('int_campaign__missing') }} as missing
        on campaigns.campaign_id = missing.campaign_id and metrics.kpi_id = missing.kpi_id
    anti join {{ ref('int_campaign__kpis') }} as told on campaigns.campaign_id = told.campaign_id and metrics.kpi_id = told.kpi_id
    where as_of.as_of is not null and (sources.source is not null or not metrics.is_built)

),

combined as (

    select * from kpis
    union all
    select * from trust
    union all
    select * from lines
    union all
    select * from untold

)

select * from combined

{# What whole samples answered. A figure that is known but too imprecise to show has the reason `imprecise` beside it. #}
with

totals as (

    select
        *,
        'wave' as period,
        event_on as last_on,
        coalesce(country, 'unknown') as market,
        'survey' as subject_type,
        concat_ws(':', survey_id, wave, sample, question_code, answer_code) as subject_id,
    from {{ ref('fct_survey_estimate') }}
    where segment_name = 'all'

),

shares as (

    {% for measure, value, low, high in [
        ('answer_weighted', 'answer_weighted', 'base_weighted * ci_low_pct / 100', 'base_weighted * ci_high_pct / 100'),
        ('interval_width', 'ci_high_pct - ci_low_pct', 'ci_low_pct', 'ci_high_pct'),
    ] -%}
        select
            campaign_id,
            '{{ measure }}' as measure,
            period,
            event_on,
            last_on,
            market,
            subject_type,
            subject_id,
            {{ value }} as value,
            {{ low }} as low,
            {{ high }} as high,
            case when {{ value }} is null then reason when display = 'suppress' then 'imprecise' end as reason,
        from totals
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

measured as (

    select * from shares
    union all
    {{ measures_of('totals', [
        ('base_weighted', 'base_weighted'), ('base_unweighted', 'base_unweighted'), ('effective_base', 'effective_base'),
    ]) }}

)

select * from measured

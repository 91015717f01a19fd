{# What whole samples answered. A figure that is known but too imprecise to show has the reason `imprecise` beside it. #}
with

totals as (

    select
        *,
        'wave' as period,
        event_on as last_on,
        country as market,
        'survey' as subject_type,
        concat_ws(':', survey_id, wave, sample, question_code, answer_code) as subject_id,
        case when estimate is null then reason when display = 'suppress' then 'imprecise' end as caveat,
        case when ci_low is null then reason when display = 'suppress' then 'imprecise' end as interval_caveat,
    from {{ ref('int_survey__estimates') }}
    where segment_name = 'all'

),

estimated as (

    {% for measure, condition, value, low, high, caveat in [
        ('answer_weighted', 'is_share', 'answer_weighted', 'ci_low * base_weighted', 'ci_high * base_weighted', 'caveat'),
        ('net_weighted', 'not is_share', 'answer_weighted', 'ci_low * base_weighted', 'ci_high * base_weighted', 'caveat'),
        ('interval_width', 'is_share', '100 * (ci_high - ci_low)', '100 * ci_low', '100 * ci_high', 'interval_caveat'),
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
            {{ caveat }} as reason,
        from totals
        where {{ condition }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

measured as (

    select * from estimated
    union all
    {{ measures_of('totals', [
        ('base_weighted', 'base_weighted'), ('base_unweighted', 'base_unweighted'), ('effective_base', 'effective_base'),
    ]) }}

)

select * from measured

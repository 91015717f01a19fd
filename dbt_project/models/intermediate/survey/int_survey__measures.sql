{#
    What whole samples answered. A figure that is known but too imprecise to show has the reason `imprecise` beside it; how many
    people answered is known in any case.
#}
{%- set bases = ['base_weighted', 'base_unweighted', 'effective_base'] %}
with

estimated as (

    select
        estimates.*,
        concat_ws(':', estimates.survey_id, estimates.wave, estimates.sample, estimates.question_code, estimates.answer_code)
            as subject_id,
        'survey' as subject_type,
        estimates.display = 'suppress' as is_imprecise,
        questions.kind = 'score' and questions.question_key not like 'exposure/%' as is_scale,
        questions.question_key = {{ awareness_score() }} as is_awareness,
        questions.question_key = {{ awareness_key('spontaneous') }} and estimates.answer_code = 'top' as is_spontaneous,
    from {{ ref('int_survey__estimates') }} as estimates
    inner join {{ ref('int_survey__questions') }} as questions
        on {{ same('estimates', 'questions', survey_keys('question')) }}
    where estimates.segment_name = 'all'

),

-- Awareness of a campaign that was named is not known without what people recall of an invented one.
unfoiled as (

    select
        estimated.campaign_id,
        estimated.country,
        estimated.event_on,
        estimated.subject_type,
        false as is_imprecise,
        concat_ws(':', estimated.survey_id, estimated.wave, estimated.sample, {{ awareness_score() }}, 'net') as subject_id,
        estimated.sampling,
        cast(null as double) as answer_weighted,
        'no_foil' as reason,
    from estimated
    anti join estimated as scores on {{ same('estimated', 'scores', survey_keys('sample')) }} and scores.is_awareness
    where estimated.question_key = {{ awareness_key('prompted') }} and estimated.answer_code = 'top'

),

changed as (

    select
        *,
        'survey' as subject_type,
    from {{ ref('int_survey__changes') }}
    where comparison = 'wave' and is_next and segment_name = 'all' and not is_in_points

),

benchmarked as (

    select
        * exclude (subject_id),
        concat_ws(':', subject_id, from_wave) as subject_id,
        'benchmark' as subject_type,
    from {{ ref('int_survey__changes') }}
    where comparison = 'benchmark' and segment_name = 'all' and not is_in_points

),

exposed as (

    select
        *,
        'exposure' as subject_type,
    from {{ ref('int_survey__changes') }}
    where comparison = 'exposure'

),

samples as (

    select distinct
        {{ listed(survey_keys('sample')) }}
        country,
        event_on,
        sampling,
    from {{ ref('int_survey__estimates') }}

),

screened as (

    select
        quality.*,
        samples.country,
        samples.event_on,
        samples.sampling,
        concat_ws(':', quality.survey_id, quality.wave, quality.sample, quality.rule) as subject_id,
        'screen' as subject_type,
        cast(null as varchar) as reason,
        false as is_imprecise,
    from {{ ref('int_survey__quality') }} as quality
    inner join samples on {{ same('quality', 'samples', survey_keys('sample')) }}

),

measured as (

    {% for relation, measure, value, low, high, condition in [
        ('estimated', 'answer_weighted', 'answer_weighted', 'ci_low * base_weighted', 'ci_high * base_weighted', 'is_share'),
        ('estimated', 'net_weighted', 'answer_weighted', 'ci_low * base_weighted', 'ci_high * base_weighted', "answer_code = 'net' and not is_awareness"),
        ('estimated', 'awareness_weighted', 'answer_weighted', 'ci_low * base_weighted', 'ci_high * base_weighted', 'is_awareness or is_spontaneous'),
        ('unfoiled', 'awareness_weighted', 'answer_weighted', 'null', 'null', 'true'),
        ('estimated', 'points_weighted', 'answer_weighted', 'ci_low * base_weighted', 'ci_high * base_weighted', "answer_code = 'mean' and is_scale"),
        ('estimated', 'interval_width', '100 * (ci_high - ci_low)', '100 * ci_low', '100 * ci_high', 'is_share'),
        (
            'estimated', 'detectable_points', '100 * ' ~ detectable('sqrt(2 * estimate * (1 - estimate) / effective_base)'),
            'null', 'null', 'is_share'
        ),
        ('changed', 'change_points', '100 * change', '100 * ci_low', '100 * ci_high', 'true'),
        ('changed', 'adjusted_probability', 'p_value_adjusted', 'null', 'null', 'true'),
        ('benchmarked', 'benchmark_points', '100 * change', '100 * ci_low', '100 * ci_high', 'true'),
        ('exposed', 'exposure_points', 'change', 'ci_low', 'ci_high', 'true'),
        ('screened', 'removed_respondents', 'removed', 'null', 'null', 'true'),
        ('screened', 'judged_respondents', 'judged', 'null', 'null', 'true'),
        ('estimated', 'base_weighted', 'base_weighted', 'null', 'null', 'true'),
        ('estimated', 'base_unweighted', 'base_unweighted', 'null', 'null', 'true'),
        ('estimated', 'effective_base', 'effective_base', 'null', 'null', 'true'),
    ] -%}
        select
            campaign_id,
            '{{ measure }}' as measure,
            'wave' as period,
            event_on,
            event_on as last_on,
            country as market,
            subject_type,
            subject_id,
            cast({{ value }} as double) as value,
            cast({{ low }} as double) as low,
            cast({{ high }} as double) as high,
            case
                when {{ value }} is null then reason
                {{ "when is_imprecise then 'imprecise'" if measure not in bases }}
            end as reason,
            sampling,
        from {{ relation }}
        where {{ condition }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from measured

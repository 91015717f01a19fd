{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

latest as (

    select
        {{ listed(survey_keys('question'), 'questions') }}
        questions.question_key,
        questions.question_text,
        coalesce(questions.kind, 'single') as kind,
        questions.base,
        list_transform(
            questions.answers,
            lambda answer: struct_pack(
                answer_code := {{ survey_answer_code('answer.answer_code') }},
                answer_label := answer.answer_label,
                is_top := coalesce(answer.is_top, false),
                is_bottom := coalesce(answer.is_bottom, false)
            )
        ) as answers,
        questions.asked_of,
        waves.language,
    from {{ ref('stg_survey__questions') }} as questions
    left join {{ ref('stg_survey__waves') }} as waves
        on {{ same('questions', 'waves', survey_keys('wave') + ['landed_on', 'delivery']) }}
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('questions', 'rebuilt', survey_keys('wave')) }}
    qualify
        row_number() over (
            partition by {{ joined(survey_keys('question'), 'questions') }}
            order by questions.landed_on desc, questions.delivery desc
        ) = 1

),

-- A scale is a question whose answer is the score that its items add up to; a wave that put one of them has it, however scored.
scales as (

    select distinct
        {{ listed(survey_keys('wave'), 'latest') }}
        concat_ws('/', scales.scale_id, scorings.scoring) as question_code,
        concat_ws('/', scales.scale_id, scorings.scoring) as question_key,
        scales.name as question_text,
        'score' as kind,
        'answered' as base,
        list_filter(latest.answers, lambda answer: false) as answers,
        cast(null as varchar) as asked_of,
        latest.language,
    from latest
    inner join {{ ref('scale_items') }} as items on latest.question_key = items.question_key
    inner join {{ ref('scales') }} as scales on items.scale_id = scales.scale_id
    cross join ({{ scale_scorings() }}) as scorings

),

awareness as (

    select
        {{ listed(survey_keys('wave'), 'latest') }}
        {{ awareness_score() }} as question_code,
        {{ awareness_score() }} as question_key,
        'Awareness of the campaign when it is named, less false recall' as question_text,
        'score' as kind,
        'answered' as base,
        list_filter(any_value(latest.answers), lambda answer: false) as answers,
        cast(null as varchar) as asked_of,
        max(latest.language) as language,
    from latest
    where latest.question_key in ({{ awareness_key('prompted') }}, {{ awareness_key('foil') }})
    group by {{ joined(survey_keys('wave'), 'latest') }}
    having
        bool_or(latest.question_key = {{ awareness_key('prompted') }})
        and bool_or(latest.question_key = {{ awareness_key('foil') }} or {{ lists_a_foil('latest') }})

),

unioned as (

    select * from latest
    union all
    select * from scales
    union all
    select * from awareness

)

select * from unioned

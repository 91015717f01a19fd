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
    from {{ ref('stg_survey__questions') }} as questions
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('questions', 'rebuilt', survey_keys('wave')) }}
    qualify
        row_number() over (
            partition by {{ listed(survey_keys('question'), 'questions') | trim | trim(',') }}
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
    from latest
    inner join {{ ref('scale_items') }} as items on latest.question_key = items.question_key
    inner join {{ ref('scales') }} as scales on items.scale_id = scales.scale_id
    cross join ({{ scale_scorings() }}) as scorings

),

unioned as (

    select * from latest
    union all
    select * from scales

)

select * from unioned

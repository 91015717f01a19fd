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

)

select * from latest

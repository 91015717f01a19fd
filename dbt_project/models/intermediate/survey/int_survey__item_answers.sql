{# What an answer to an item of a scale is worth; one that the scale does not know is worth nothing and said to be unknown. #}
{%- set question = survey_keys('question') %}
with

questions as (

    select
        {{ listed(question) }}
        question_key,
        unnest(answers) as answer,
    from {{ ref('int_survey__questions') }}

),

ranges as (

    select
        answer_set,
        min(points) + max(points) as reversed_from,
    from {{ ref('scale_answers') }}
    group by all

),

scored as (

    select
        {{ listed(question, 'questions') }}
        scales.scale_id,
        questions.answer.answer_code,
        answers.answer is not null as is_known,
        coalesce(answers.is_dont_know, false) as is_dont_know,
        case
            when answers.is_dont_know then scales.dont_know_points
            when items.is_reversed then ranges.reversed_from - answers.points
            else answers.points
        end as points,
    from questions
    inner join {{ ref('scale_items') }} as items on questions.question_key = items.question_key
    inner join {{ ref('scales') }} as scales on items.scale_id = scales.scale_id
    inner join ranges on scales.answer_set = ranges.answer_set
    left join {{ ref('scale_answers') }} as answers
        on
            scales.answer_set = answers.answer_set
            and lower(trim(coalesce(questions.answer.answer_label, questions.answer.answer_code))) = answers.answer

)

select * from scored

{#
    The items of scales that a respondent was asked, with what each answer is worth, NULL where it is worth nothing, and how many items the
    scale has.
#}
{%- set question = survey_keys('question') %}
with

items as (

    select distinct
        {{ listed(question) }}
        scale_id,
    from {{ ref('int_survey__item_answers') }}

),

scales as (

    select
        scale_id,
        count(*) as items,
    from {{ ref('scale_items') }}
    group by all

),

pointed as (

    select
        {{ listed(survey_keys('wave'), 'answers') }}
        answers.landed_on,
        answers.delivery,
        answers.respondent_key,
        items.scale_id,
        scales.items,
        scorings.scoring,
        answers.question_code as item_code,
        case when scorings.counts_dont_know or not worths.is_dont_know then worths.points end as points,
    from {{ ref('stg_survey__answers') }} as answers
    inner join items on {{ same('answers', 'items', question) }}
    inner join scales on items.scale_id = scales.scale_id
    cross join ({{ scale_scorings() }}) as scorings
    left join {{ ref('int_survey__item_answers') }} as worths
        on
            {{ same('items', 'worths', question + ['scale_id']) }}
            and answers.status = 'answered'
            and {{ survey_answer_code('answers.answer_code') }} = worths.answer_code

)

select * from pointed

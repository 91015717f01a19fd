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

worths as (

    select
        codes.landed_on,
        codes.delivery,
        codes.answer,
        {{ listed(question, 'codes') }}
        items.scale_id,
        scales.items,
        worths.points,
        worths.is_dont_know,
    from {{ answer_codes() }} as codes
    inner join items on {{ same('codes', 'items', question) }}
    inner join scales on items.scale_id = scales.scale_id
    left join {{ ref('int_survey__item_answers') }} as worths
        on {{ same('items', 'worths', question + ['scale_id']) }} and codes.answer_code = worths.answer_code

),

pointed as (

    select
        {{ listed(survey_keys('wave'), 'worths') }}
        {{ listed(survey_keys('person'), 'answers') }}
        worths.scale_id,
        worths.items,
        scorings.scoring,
        worths.question_code as item_code,
        case when scorings.counts_dont_know or not worths.is_dont_know then worths.points end as points,
    from {{ given_answers() }} as answers
    inner join worths on {{ same('answers', 'worths', ['landed_on', 'delivery', 'answer']) }}
    cross join ({{ scale_scorings() }}) as scorings

)

select * from pointed

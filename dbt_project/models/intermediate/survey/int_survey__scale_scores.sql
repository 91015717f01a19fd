{#
    Respondents' scores: the points of their items, in proportion where one has none, and no score where more have none. Of awareness
    1 for who recalls the campaign alone, -1 for who recalls the invented one alone, 0 for both or neither.
#}
with

unknown as (

    select distinct
        {{ listed(survey_keys('wave')) }}
        scale_id,
    from {{ ref('int_survey__item_answers') }}
    where not is_known

),

summed as (

    select
        {{ listed(survey_keys('wave')) }}
        {{ listed(survey_keys('person')) }}
        scale_id,
        scoring,
        items,
        count(points) as answered,
        sum(points) as points,
    from {{ ref('int_survey__item_points') }}
    group by all

),

scored as (

    select
        {{ listed(survey_keys('wave'), 'summed') }}
        {{ listed(survey_keys('person'), 'summed') }}
        concat_ws('/', summed.scale_id, summed.scoring) as question_code,
        case
            when unknown.scale_id is null and summed.answered >= summed.items - 1
                then cast(summed.points as double) * summed.items / summed.answered
        end as score,
    from summed
    left join unknown on {{ same('summed', 'unknown', survey_keys('wave') + ['scale_id']) }}

),

recalls as (

    select
        codes.landed_on,
        codes.delivery,
        codes.answer,
        {{ listed(survey_keys('wave'), 'codes') }}
        case
            when questions.question_key = {{ awareness_key('prompted') }}
                then list_contains(questions.top_codes, codes.answer_code)
        end as recalls_campaign,
        case
            when questions.question_key = {{ awareness_key('foil') }}
                then list_contains(questions.top_codes, codes.answer_code)
            when {{ lists_a_foil('questions') }} then list_contains(questions.bottom_codes, codes.answer_code)
        end as recalls_foil,
    from {{ answer_codes() }} as codes
    inner join (
        select
            *,
            list_transform(list_filter(answers, lambda a: a.is_top), lambda a: a.answer_code) as top_codes,
            list_transform(list_filter(answers, lambda a: a.is_bottom), lambda a: a.answer_code) as bottom_codes,
        from {{ ref('int_survey__questions') }}
        where question_key in ({{ awareness_key('prompted') }}, {{ awareness_key('foil') }})
    ) as questions on {{ same('codes', 'questions', survey_keys('question')) }}
    semi join (
        select *
        from {{ ref('int_survey__questions') }}
        where question_key = {{ awareness_score() }}
    ) as scores on {{ same('codes', 'scores', survey_keys('wave')) }}

),

recalled as (

    select
        {{ listed(survey_keys('wave'), 'recalls') }}
        {{ listed(survey_keys('person'), 'answers') }}
        {{ awareness_score() }} as question_code,
        cast(
            max(cast(recalls.recalls_campaign as integer)) - max(cast(recalls.recalls_foil as integer)) as double
        ) as score,
    from {{ given_answers() }} as answers
    inner join recalls on {{ same('answers', 'recalls', ['landed_on', 'delivery', 'answer']) }}
    group by all

),

unioned as (

    select * from scored
    union all
    select * from recalled

)

select * from unioned

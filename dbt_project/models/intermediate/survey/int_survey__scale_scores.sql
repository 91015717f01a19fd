{# Respondents' scores: the points of their items, in proportion where one has none, and no score where more have none. #}
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

)

select * from scored

-- What was asked, by the lake's rows of the respondents who count, is what the total segment of the mart says was asked.
with

deliveries as (

    select * from {{ ref('int_survey__touched_deliveries') }}

),

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

respondents as (

    select * from {{ ref('int_survey__respondents') }}

),

estimates as (

    select * from {{ ref('fct_survey_estimate') }}

),

asked as (

    select
        respondents.campaign_id,
        respondents.survey_id,
        respondents.wave,
        respondents.sample,
        answers.question_code,
        count(*) as base_asked,
        count(*) filter (where answers.status = 'answered') as base_unweighted,
        sum(respondents.weight) filter (where answers.status = 'answered') as base_weighted,
    from answers
    inner join deliveries
        on
            answers.landed_on = deliveries.landed_on
            and answers.delivery = deliveries.delivery
    inner join respondents
        on
            answers.landed_on = respondents.landed_on
            and answers.delivery = respondents.delivery
            and answers.respondent_key = respondents.respondent_key
    group by
        respondents.campaign_id,
        respondents.survey_id,
        respondents.wave,
        respondents.sample,
        answers.question_code
    having count(*) filter (where answers.status = 'answered') > 0

),

stated as (

    select distinct
        campaign_id,
        survey_id,
        wave,
        sample,
        question_code,
        base_asked,
        base_unweighted,
        base_weighted,
    from estimates
    where segment_name = 'all' and segment_value = 'all'

),

off as (

    select
        asked.*,
        stated.base_asked as stated_base_asked,
        stated.base_unweighted as stated_base_unweighted,
        stated.base_weighted as stated_base_weighted,
    from asked
    left join stated
        on
            asked.campaign_id = stated.campaign_id
            and asked.survey_id = stated.survey_id
            and asked.wave = stated.wave
            and asked.sample = stated.sample
            and asked.question_code = stated.question_code
    where
        (
            asked.base_asked = stated.base_asked
            and asked.base_unweighted = stated.base_unweighted
            and (
                stated.base_unweighted < 5
                or abs(asked.base_weighted - stated.base_weighted) <= 1e-9 * asked.base_weighted
            )
        ) is not true

)

select * from off

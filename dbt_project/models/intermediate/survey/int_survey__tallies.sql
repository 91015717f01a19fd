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

-- The deliveries first, so that only their files are opened.
delivered as (

    select
        answers.campaign_id,
        answers.survey_id,
        answers.wave,
        answers.landed_on,
        answers.delivery,
        answers.respondent_key,
        answers.question_code,
        case when answers.status = 'answered' then {{ survey_answer_code('answers.answer_code') }} end as answer_code,
    from answers
    inner join deliveries
        on
            answers.landed_on = deliveries.landed_on
            and answers.delivery = deliveries.delivery

),

aggregated as (

    select
        respondents.profile_id,
        delivered.question_code,
        delivered.answer_code,
        count(*) as respondents,
        sum(respondents.weight_units) as weight_units,
        sum(respondents.weight_square_units) as weight_square_units,
    from delivered
    inner join respondents
        on
            delivered.campaign_id = respondents.campaign_id
            and delivered.survey_id = respondents.survey_id
            and delivered.wave = respondents.wave
            and delivered.landed_on = respondents.landed_on
            and delivered.delivery = respondents.delivery
            and delivered.respondent_key = respondents.respondent_key
    group by respondents.profile_id, delivered.question_code, delivered.answer_code

)

select * from aggregated

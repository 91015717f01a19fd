with

questions as (

    select * from {{ ref('int_survey__questions') }}

),

latest as (

    select
        campaign_id,
        survey_id,
        wave,
        question_code,
        question_key,
        question_text,
        kind,
        answers,
    from questions
    qualify
        row_number() over (
            partition by campaign_id, survey_id, wave, question_code
            order by landed_on desc, delivery desc
        ) = 1

)

select * from latest

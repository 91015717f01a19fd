with

questions as (

    select
        campaign_id,
        survey_id,
        wave,
        question_code,
        question_key,
        question_text,
        kind,
        base,
        answers,
        asked_of,
        language,
    from {{ ref('int_survey__questions') }}

)

select * from questions

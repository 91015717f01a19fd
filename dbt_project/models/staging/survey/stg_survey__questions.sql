with

source as (

    select * from {{ source('survey', 'survey_questions') }}

),

typed as (

    select
        campaign_id,
        survey_id,
        wave,
        question_code,
        coalesce(question_key, question_code) as question_key,
        question_text,
        kind,
        cast(
            answers as struct(answer_code varchar, answer_label varchar, is_top boolean, is_bottom boolean) []
        ) as answers,
        cast(landed_on as date) as landed_on,
        delivery,
    from source

)

select * from typed

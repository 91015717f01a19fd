with

source as (

    select * from {{ source('survey', 'survey_answers') }}

),

typed as (

    select
        campaign_id,
        survey_id,
        wave,
        respondent_key,
        question_code,
        {{ survey_answer_code('answer_code') }} as answer_code,
        status = 'answered' as is_answered,
        cast(landed_on as date) as landed_on,
        delivery,
    from source

)

select * from typed

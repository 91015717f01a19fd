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
            list_transform(
                answers,
                lambda answer: struct_pack(
                    answer_code := {{ survey_answer_code('answer.answer_code') }},
                    answer_label := answer.answer_label,
                    is_top := answer.is_top,
                    is_bottom := answer.is_bottom
                )
            ) as struct(answer_code varchar, answer_label varchar, is_top boolean, is_bottom boolean)[]
        ) as answers,
        cast(landed_on as date) as landed_on,
        delivery,
    from source

)

select * from typed

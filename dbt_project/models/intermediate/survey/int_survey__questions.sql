-- depends_on: {{ ref('int_survey__touched') }}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_deliveries',
        lake_table='survey_questions',
        post_hook=["{{ remember_deliveries('survey_questions') }}"],
    )
}}

with

delivered as (

    {{ newly_loaded('stg_survey__questions', 'survey_questions') }}

),

named_apart as (

    select
        * exclude (answers),
        list_transform(
            answers,
            lambda answer: struct_pack(
                answer_code := {{ survey_answer_code('answer.answer_code') }},
                answer_label := answer.answer_label,
                is_top := answer.is_top,
                is_bottom := answer.is_bottom
            )
        ) as answers,
    from delivered

)

select * from named_apart

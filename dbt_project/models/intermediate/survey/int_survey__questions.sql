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

)

select * from delivered

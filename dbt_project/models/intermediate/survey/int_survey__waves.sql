{#
    Respondents and answers stay in the lake: a wave is a few deliveries, and only those of touched waves are opened. So what
    the warehouse knows of them is remembered here, with the waves.
#}
-- depends_on: {{ ref('int_survey__touched') }}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_deliveries',
        lake_table='survey_waves',
        post_hook=[
            "{{ remember_deliveries('survey_waves') }}",
            "{{ remember_deliveries('survey_respondents') }}",
            "{{ remember_deliveries('survey_answers') }}",
        ],
    )
}}

with

delivered as (

    {{ newly_loaded('stg_survey__waves', 'survey_waves') }}

)

select * from delivered

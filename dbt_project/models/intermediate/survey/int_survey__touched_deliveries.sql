with

waves as (

    select * from {{ ref('int_survey__waves') }}

),

touched as (

    select distinct
        campaign_id,
        survey_id,
        wave,
    from {{ ref('int_survey__touched') }}

),

in_effect as (

    select
        waves.landed_on,
        waves.delivery,
        waves.campaign_id,
        waves.survey_id,
        waves.wave,
    from waves
    inner join touched
        on
            waves.campaign_id = touched.campaign_id
            and waves.survey_id = touched.survey_id
            and waves.wave = touched.wave

)

select * from in_effect

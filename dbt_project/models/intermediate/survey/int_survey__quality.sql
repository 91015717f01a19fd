{# How many of a sample's respondents each quality rule could judge, and how many broke it; `any` is all rules together. #}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

screens as (

    select
        {{ listed(survey_keys('sample'), 'respondents') }}
        respondents.respondent_key,
        screens.rule,
        screens.is_broken,
    from {{ ref('int_survey__screens') }} as screens
    inner join {{ ref('int_survey__respondents') }} as respondents
        on {{ same('screens', 'respondents', survey_keys('wave') + ['landed_on', 'delivery', 'respondent_key']) }}

),

each_rule as (

    select * from screens
    union all
    select
        {{ listed(survey_keys('sample')) }}
        respondent_key,
        'any' as rule,
        bool_or(is_broken) as is_broken,
    from screens
    group by all

),

counted as (

    select
        {{ listed(survey_keys('sample')) }}
        rule,
        count(*) as judged,
        count(*) filter (where is_broken) as removed,
    from each_rule
    group by all

)

select * from counted

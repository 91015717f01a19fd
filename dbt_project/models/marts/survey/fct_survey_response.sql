{{
    config(
        materialized='incremental',
        incremental_strategy='by_unit',
        on_schema_change='fail',
        post_hook=['{{ create_interval_macros() }}'],
    )
}}
{%- set question = survey_keys('question') %}
with

published as (

    select distinct
        {{ listed(survey_keys('wave'), 'waves') }}
        waves.landed_on,
        waves.delivery,
    from {{ ref('stg_survey__waves') }} as waves
    where waves.publish_responses

),

-- Strata and sampling units have numbers, so that no name of a place or school is published.
people as (

    select
        {{ listed(survey_keys('sample'), 'respondents') }}
        respondents.landed_on,
        respondents.delivery,
        respondents.respondent_key,
        respondents.weight,
        respondents.segments,
        dense_rank() over (
            partition by {{ listed(survey_keys('sample'), 'respondents') | trim | trim(',') }} order by respondents.stratum
        ) as stratum,
        dense_rank() over (
            partition by {{ listed(survey_keys('sample'), 'respondents') | trim | trim(',') }}
            order by
                respondents.stratum, coalesce(respondents.cluster, ''),
                coalesce(respondents.cluster, respondents.respondent_key)
        ) as sampling_unit,
        designs.psus as stratum_units,
        designs.variance_factor,
    from {{ ref('int_survey__respondents') }} as respondents
    inner join {{ ref('int_survey__strata') }} as designs
        on {{ same('respondents', 'designs', survey_keys('sample') + ['stratum']) }}
    semi join published on {{ same('respondents', 'published', survey_keys('wave') + ['landed_on', 'delivery']) }}

),

labels as (

    select
        {{ listed(question) }}
        question_key,
        unnest(answers) as answer,
    from {{ ref('int_survey__questions') }}

),

responses as (

    select
        {{ listed(survey_keys('sample'), 'people') }}
        people.respondent_key,
        answers.question_code,
        questions.question_key,
        {{ survey_answer_code('answers.answer_code') }} as answer_code,
        labels.answer.answer_label,
        people.weight,
        people.stratum,
        people.sampling_unit,
        people.stratum_units,
        people.variance_factor,
        map_from_entries(list_transform(
            people.segments, lambda segment: struct_pack(k := segment.segment_name, v := segment.segment_value)
        )) as segments,
    from people
    inner join {{ ref('stg_survey__answers') }} as answers
        on
            {{ same('people', 'answers', survey_keys('wave') + ['landed_on', 'delivery', 'respondent_key']) }}
            and answers.status = 'answered'
    inner join {{ ref('int_survey__questions') }} as questions on {{ same('answers', 'questions', question) }}
    left join labels
        on
            {{ same('answers', 'labels', question) }}
            and {{ survey_answer_code('answers.answer_code') }} = labels.answer.answer_code

)

select * from responses

-- depends_on: {{ ref('fct_survey_estimate') }}
{{
    config(
        materialized='incremental',
        incremental_strategy='by_unit',
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
        waves.is_panel,
    from {{ ref('stg_survey__waves') }} as waves
    where waves.publish_responses

),

-- Strata and sampling units have numbers, so that no name of a place or school is published.
people as (

    select
        {{ listed(survey_keys('sample'), 'profiles') }}
        {{ listed(survey_keys('person'), 'respondents') }}
        coalesce(case when published.is_panel then delivered.member_key end, delivered.respondent_key) as respondent_key,
        respondents.weight,
        profiles.segments,
        dense_rank() over (
            partition by {{ joined(survey_keys('sample'), 'profiles') }} order by profiles.stratum
        ) as stratum,
        dense_rank() over (
            partition by {{ joined(survey_keys('sample'), 'profiles') }}
            order by
                profiles.stratum, coalesce(profiles.cluster, ''),
                coalesce(profiles.cluster, delivered.respondent_key)
        ) as sampling_unit,
        designs.psus as stratum_units,
        designs.variance_factor,
    from {{ ref('int_survey__respondents') }} as respondents
    inner join {{ ref('int_survey__profiles') }} as profiles on respondents.profile_id = profiles.profile_id
    inner join {{ ref('stg_survey__respondents') }} as delivered
        on {{ same('respondents', 'delivered', survey_keys('person')) }} and profiles.profile = delivered.profile
    inner join {{ ref('int_survey__strata') }} as designs
        on {{ same('profiles', 'designs', survey_keys('sample') + ['stratum']) }}
    inner join published on {{ same('profiles', 'published', survey_keys('wave') + ['landed_on', 'delivery']) }}

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
        codes.question_code,
        questions.question_key,
        codes.answer_code,
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
    inner join {{ given_answers() }} as answers
        on {{ same('people', 'answers', survey_keys('person')) }} and answers.answer > 0
    inner join {{ answer_codes() }} as codes
        on {{ same('answers', 'codes', ['landed_on', 'delivery', 'answer']) }}
    inner join {{ ref('int_survey__questions') }} as questions on {{ same('codes', 'questions', question) }}
    left join labels
        on {{ same('codes', 'labels', question) }} and codes.answer_code = labels.answer.answer_code

)

select * from responses

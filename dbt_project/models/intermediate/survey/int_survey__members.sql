{# Respondents of the waves to rebuild in each of their samples, each as the latest delivery has them. #}
{{ config(materialized='view') }}
with

replaced as (

    select {{ joined(survey_keys('person') + ['profile'], 'respondents') }}
    from {{ ref('stg_survey__respondents') }} as respondents
    semi join (
        select {{ joined(survey_keys('wave')) }}
        from {{ ref('stg_survey__waves') }}
        group by all
        having count(*) > 1
    ) as repeated on {{ same('respondents', 'repeated', survey_keys('wave')) }}
    qualify
        rank() over (
            partition by
                {{ listed(survey_keys('sample'), 'respondents') }}
                coalesce(respondents.member_key, respondents.respondent_key)
            order by respondents.landed_on desc, respondents.delivery desc
        ) > 1

),

-- The screens are a segment of the waves in which somebody fails one.
failed as (

    select {{ joined(survey_keys('person')) }}
    from {{ ref('int_survey__screens') }}
    where is_broken

),

passed as (

    select {{ joined(survey_keys('person'), 'screens') }}
    from {{ ref('int_survey__screens') }} as screens
    inner join {{ ref('stg_survey__waves') }} as waves on {{ same('screens', 'waves', ['landed_on', 'delivery']) }}
    semi join (
        select waves.*
        from {{ ref('stg_survey__waves') }} as waves
        semi join failed on {{ same('waves', 'failed', ['landed_on', 'delivery']) }}
    ) as broken on {{ same('waves', 'broken', survey_keys('wave')) }}
    where not screens.is_broken

),

members as (

    select
        {{ listed(survey_keys('person'), 'respondents') }}
        respondents.profile,
        case
            when
                exists (
                    select 1
                    from failed
                    where {{ same('respondents', 'failed', survey_keys('person')) }}
                )
                then 'failed'
            when
                exists (
                    select 1
                    from passed
                    where {{ same('respondents', 'passed', survey_keys('person')) }}
                )
                then 'passed'
            else ''
        end as quality_screen,
        respondents.weight,
        respondents.fpc,
    from {{ ref('stg_survey__respondents') }} as respondents
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('respondents', 'rebuilt', survey_keys('wave')) }}
    anti join replaced on {{ same('respondents', 'replaced', survey_keys('person') + ['profile']) }}

)

select * from members

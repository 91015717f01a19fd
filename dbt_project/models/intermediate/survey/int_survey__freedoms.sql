{# Sampling units less strata of all the values of a segment together that tests of tables compare. #}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

counted as (

    select
        {{ listed(survey_keys('sample') + ['question_code', 'segment_name'], 'moments') }}
        count(distinct case when moments.cluster is not null then concat(moments.stratum, '/', moments.cluster) end)
        + sum(case when moments.cluster is null then moments.respondents else 0 end)
        - count(distinct moments.stratum) as degrees_of_freedom,
    from {{ ref('int_survey__moments') }} as moments
    where
        moments.measure = ''
        and moments.segment_name not in ('all', 'quality_screen')
        and exists (
            select 1
            from {{ ref('int_survey__estimates') }} as estimates
            where {{ same('moments', 'estimates', survey_keys('cell')) }} and {{ is_in_table('estimates') }}
        )
    group by all

)

select
    * exclude (degrees_of_freedom),
    cast(degrees_of_freedom as bigint) as degrees_of_freedom,
from counted

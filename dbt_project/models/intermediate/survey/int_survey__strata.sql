{%- set stratum = survey_keys('sample') + ['stratum'] %}
with

counted as (

    select
        {{ listed(stratum, 'profiles') }}
        count(distinct profiles.cluster)
        + cast(sum(case when profiles.cluster is null then alike.respondents else 0 end) as bigint) as psus,
        max(alike.largest_fpc) as fpc,
        sum(alike.known) > 0 as has_fpc,
        sum(alike.known) = sum(alike.respondents) and min(alike.smallest_fpc) = max(alike.largest_fpc) as is_fpc_constant,
    from (
        select
            profile_id,
            count(*) as respondents,
            count(fpc) as known,
            min(fpc) as smallest_fpc,
            max(fpc) as largest_fpc,
        from {{ ref('int_survey__respondents') }}
        group by all
    ) as alike
    inner join {{ ref('int_survey__profiles') }} as profiles on alike.profile_id = profiles.profile_id
    group by all

),

factored as (

    {{ variance_factors('counted') }}

)

select
    {{ listed(stratum) }}
    psus,
    fpc,
    has_fpc,
    is_fpc_constant,
    is_fpc_ignored,
    variance_factor,
from factored

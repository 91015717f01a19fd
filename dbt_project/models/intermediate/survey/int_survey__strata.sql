{%- set stratum = survey_keys('sample') + ['stratum'] %}
with

counted as (

    select
        {{ listed(stratum) }}
        count(distinct cluster) + count(*) filter (where cluster is null) as psus,
        max(fpc) as fpc,
        count(fpc) > 0 as has_fpc,
        count(fpc) = count(*) and min(fpc) = max(fpc) as is_fpc_constant,
    from {{ ref('int_survey__respondents') }}
    group by all

),

-- As R's survey: up to 1 it is the sampling fraction, above 1 the number of sampling units in the population.
judged as (

    select
        *,
        coalesce(is_fpc_constant and fpc > 0 and (fpc <= 1 or fpc >= psus), false) as is_fpc_usable,
    from counted

),

corrected as (

    select
        *,
        has_fpc and not is_fpc_usable as is_fpc_ignored,
        case
            when not is_fpc_usable then 1.0
            when fpc <= 1 then 1.0 - fpc
            else 1.0 - psus / fpc
        end as unsampled_share,
    from judged

),

scaled as (

    select
        {{ listed(stratum) }}
        psus,
        is_fpc_ignored,
        case
            when psus > 1 then unsampled_share * psus / (psus - 1)
            when unsampled_share = 0 then 0.0
        end as variance_factor,
    from corrected

)

select * from scaled

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

with

respondents as (

    select * from {{ ref('int_survey__respondents') }}

),

counted as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        stratum,
        count(distinct cluster) + count(*) filter (where cluster is null) as psus,
        max(fpc) as fpc,
        count(fpc) > 0 as has_fpc,
        count(fpc) = count(*) and min(fpc) = max(fpc) as is_fpc_constant,
    from respondents
    group by campaign_id, survey_id, wave, sample, stratum

),

-- As R's survey: up to 1 it is the sampling fraction, above 1 the number of sampling units in the population.
corrected as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        stratum,
        psus,
        has_fpc and not coalesce(is_fpc_constant and fpc > 0 and (fpc <= 1 or fpc >= psus), false) as is_fpc_ignored,
        case
            when not coalesce(is_fpc_constant and fpc > 0 and (fpc <= 1 or fpc >= psus), false) then 1.0
            when fpc <= 1 then 1.0 - fpc
            else 1.0 - psus / fpc
        end as unsampled_share,
    from counted

),

scaled as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        stratum,
        psus,
        is_fpc_ignored,
        case
            when psus > 1 then unsampled_share * psus / (psus - 1)
            when unsampled_share = 0 then 0.0
        end as variance_factor,
    from corrected

)

select * from scaled

{#
    What all answers of a cell share: who was asked, who answered, their weights, and the variance of the total weight.
    Everything stays relative to the sample's weight scale but base_weighted.
#}
with

tallies as (

    select * from {{ ref('int_survey__segment_tallies') }}

),

strata as (

    select * from {{ ref('int_survey__strata') }}

),

scales as (

    select distinct
        campaign_id,
        survey_id,
        wave,
        sample,
        weight_scale,
    from {{ ref('int_survey__respondents') }}

),

psus as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        question_code,
        segment_name,
        segment_value,
        stratum,
        cluster,
        sum(respondents) as asked,
        coalesce(sum(respondents) filter (where answer_code is not null), 0) as answered,
        sum(weight_units) filter (where answer_code is not null) as weight_units,
        sum(weight_square_units) filter (where answer_code is not null) as weight_square_units,
    from tallies
    where answer_code is distinct from 'top'
    group by
        campaign_id, survey_id, wave, sample, question_code, segment_name, segment_value, stratum, cluster

),

by_stratum as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        question_code,
        segment_name,
        segment_value,
        stratum,
        sum(asked) as asked,
        sum(answered) as answered,
        -- A respondent outside any cluster is a sampling unit of its own.
        sum(case when cluster is null then answered when answered > 0 then 1 else 0 end) as psus_answered,
        sum(weight_units) as weight_units,
        sum(weight_square_units) as weight_square_units,
        sum(
            case
                when cluster is null then {{ units_to_weight('weight_square_units') }}
                else pow({{ units_to_weight('weight_units') }}, 2)
            end
            order by cluster
        ) as base_squares,
    from psus
    group by campaign_id, survey_id, wave, sample, question_code, segment_name, segment_value, stratum

),

scaled as (

    select
        by_stratum.*,
        strata.variance_factor,
        strata.is_fpc_ignored,
        by_stratum.base_squares
        - pow({{ units_to_weight('by_stratum.weight_units') }}, 2) / strata.psus as base_variance,
    from by_stratum
    inner join strata
        on
            by_stratum.campaign_id = strata.campaign_id
            and by_stratum.survey_id = strata.survey_id
            and by_stratum.wave = strata.wave
            and by_stratum.sample = strata.sample
            and by_stratum.stratum = strata.stratum

),

aggregated as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        question_code,
        segment_name,
        segment_value,
        cast(sum(asked) as bigint) as base_asked,
        cast(sum(answered) as bigint) as base_unweighted,
        {{ units_to_weight('sum(weight_units)') }} as relative_weight,
        {{ units_to_weight('sum(weight_square_units)') }} as relative_weight_squares,
        sum(variance_factor * base_variance order by stratum) as base_variance,
        cast(sum(psus_answered) - count(*) filter (where answered > 0) as bigint) as degrees_of_freedom,
        coalesce(bool_or(is_fpc_ignored), false) as is_fpc_ignored,
        coalesce(bool_or(variance_factor is null and answered > 0), false) as has_single_psu_stratum,
    from scaled
    group by campaign_id, survey_id, wave, sample, question_code, segment_name, segment_value

),

weighted as (

    select
        aggregated.*,
        aggregated.relative_weight * scales.weight_scale as base_weighted,
        pow(aggregated.relative_weight, 2) / aggregated.relative_weight_squares as effective_base,
    from aggregated
    inner join scales
        on
            aggregated.campaign_id = scales.campaign_id
            and aggregated.survey_id = scales.survey_id
            and aggregated.wave = scales.wave
            and aggregated.sample = scales.sample

)

select * from weighted

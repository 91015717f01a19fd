{#
    The weight of an answer in a cell, and the variances that the ratio needs. With A and B the sums of w*y and of w over a
    sampling unit, and p = sum(A) / sum(B), the variance of p is that of A - p*B over sum(B)^2, which opens into the variance
    of A, the covariance of A and B, and the variance of B: no second pass over respondents.
#}
with

tallies as (

    select * from {{ ref('int_survey__segment_tallies') }}

),

strata as (

    select * from {{ ref('int_survey__strata') }}

),

paired as (

    select
        *,
        case
            when cluster is null then {{ units_to_weight('weight_square_units') }}
            else pow({{ units_to_weight('weight_units') }}, 2)
        end as answer_square,
        case
            when cluster is null then {{ units_to_weight('weight_square_units') }}
            else {{ units_to_weight('weight_units') }} * {{ units_to_weight('psu_base_units') }}
        end as answer_product,
    from tallies
    where answer_code is not null

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
        answer_code,
        sum(respondents) as respondents,
        sum(weight_units) as weight_units,
        any_value(stratum_base_units) as base_units,
        sum(answer_square order by cluster) as answer_squares,
        sum(answer_product order by cluster) as answer_products,
    from paired
    group by
        campaign_id, survey_id, wave, sample, question_code, segment_name, segment_value, stratum, answer_code

),

centred as (

    select
        by_stratum.*,
        strata.variance_factor,
        by_stratum.answer_squares
        - pow({{ units_to_weight('by_stratum.weight_units') }}, 2) / strata.psus as answer_variance,
        by_stratum.answer_products
        - {{ units_to_weight('by_stratum.weight_units') }}
        * {{ units_to_weight('by_stratum.base_units') }} / strata.psus as answer_covariance,
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
        answer_code,
        cast(sum(respondents) as bigint) as respondents,
        {{ units_to_weight('sum(weight_units)') }} as relative_weight,
        sum(variance_factor * answer_variance order by stratum) as answer_variance,
        sum(variance_factor * answer_covariance order by stratum) as answer_covariance,
    from centred
    group by
        campaign_id, survey_id, wave, sample, question_code, segment_name, segment_value, answer_code

)

select * from aggregated

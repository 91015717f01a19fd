{#
    Table macros of the published file, for cuts of fct_survey_response that are no segment. Of those for whom `within` holds in one of
    their rows, pct_ci gives the share for whom `chosen` holds in one of them, and mean_ci the mean of `number`, by survey, wave and
    sample, with the interval of fct_survey_estimate and fct_survey_mean: everybody else stays in the design and counts 0.
#}
{% macro create_interval_macros() %}
    {% if execute and flags.WHICH in ('run', 'build') %}
    create or replace macro marts.main.pct_ci(chosen, within) as table {{ interval_of('max(case when chosen then 1.0 else 0.0 end)', true) }};
    create or replace macro marts.main.mean_ci(number, within) as table {{ interval_of('avg(number)', false) }};
    {% endif %}
{% endmacro %}

{% macro interval_of(score, is_share) %}
    {%- set is_unanimous = '(estimate in (0, 1))' if is_share else 'false' %}
    with people as (
        select
            campaign_id, survey_id, wave, sample, respondent_key, stratum, sampling_unit, stratum_units, variance_factor, weight,
            {{ score }} as score
        from marts.main.fct_survey_response
        where within
        group by all
    ),
    centres as (
        select
            campaign_id, survey_id, wave, sample,
            count(*) as respondents,
            sum(weight) as weights,
            sum(weight * score) / sum(weight) as estimate,
            count(distinct sampling_unit) - count(distinct stratum) as degrees_of_freedom
        from people
        where score is not null
        group by all
    ),
    units as (
        select
            campaign_id, survey_id, wave, sample, people.stratum, people.stratum_units, people.variance_factor,
            sum(people.weight * (people.score - centres.estimate) / centres.weights) as part
        from people inner join centres using (campaign_id, survey_id, wave, sample)
        where people.score is not null
        group by
            campaign_id, survey_id, wave, sample, people.stratum, people.stratum_units, people.variance_factor, people.sampling_unit
    ),
    strata as (
        select
            campaign_id, survey_id, wave, sample, variance_factor,
            sum(part * part) - pow(sum(part), 2) / any_value(stratum_units) as spread
        from units
        group by campaign_id, survey_id, wave, sample, variance_factor, stratum
    ),
    samples as (
        select campaign_id, survey_id, wave, sample, min(sampling) as sampling, bool_or(raking_loss_pct is not null) as is_raked
        from marts.main.fct_survey_estimate
        group by all
    ),
    variances as (
        select
            campaign_id, survey_id, wave, sample,
            case when count(variance_factor) = count(*) then greatest(sum(variance_factor * spread), 0) end as variance
        from strata
        group by all
    ),
    sized as (
        select
            centres.*,
            case when {{ is_unanimous }} then 0.0 else variances.variance end as variance,
            case
                when respondents < {{ smallest_base() }} then 'small_base'
                when variances.variance is null and not {{ is_unanimous }} then 'single_psu_stratum'
                when degrees_of_freedom < 1 and not {{ is_unanimous }} then 'no_degrees_of_freedom'
                when samples.is_raked then 'raked_weights'
            end as reason,
            samples.sampling,
            cast(nullif(greatest(degrees_of_freedom, 0), 0) as double) as freedom,
            cast(nullif(respondents - 1, 0) as double) as base_freedom
        from centres
        inner join variances using (campaign_id, survey_id, wave, sample)
        left join samples
            on
                centres.campaign_id = samples.campaign_id and centres.survey_id = samples.survey_id
                and centres.wave = samples.wave and centres.sample = samples.sample
    ),
    quantiles as (
        select
            *,
            {{ student_quantile('0.95', 'freedom') }} as quantile,
            {{ student_quantile('0.95', 'base_freedom') }} as base_quantile
        from sized
    ),
    {% if is_share -%}
    bases as (
        select
            *,
            case
                when {{ is_unanimous }} then respondents
                when variance is null or quantile is null then null
                when variance = 0 then respondents
                else least(respondents, estimate * (1 - estimate) / variance * pow(base_quantile / quantile, 2))
            end as interval_base
        from quantiles
    ),
    counts as (
        select
            *, interval_base * estimate as chose, interval_base * (1 - estimate) as chose_not,
            interval_base * estimate + 1 as chose_more, interval_base * (1 - estimate) + 1 as chose_not_more
        from bases
    )
    select
        campaign_id, survey_id, wave, sample,
        case when respondents >= {{ smallest_base() }} then 100 * estimate end as estimate_pct,
        case when respondents >= {{ smallest_base() }} then 100 * sqrt(variance) end as standard_error_pct,
        case
            when respondents < {{ smallest_base() }} then null
            when chose = 0 then 0.0
            when chose > 0 then 100 * {{ beta_quantile('0.025', 'chose', 'chose_not_more') }}
        end as ci_low_pct,
        case
            when respondents < {{ smallest_base() }} then null
            when chose_not = 0 then 100.0
            when chose_not > 0 then 100 - 100 * {{ beta_quantile('0.025', 'chose_not', 'chose_more') }}
        end as ci_high_pct,
        respondents as base_unweighted,
        degrees_of_freedom,
        reason,
        sampling
    from counts
    {%- else -%}
    bounds as (select *, quantile * sqrt(variance) as half_width from quantiles)
    select
        campaign_id, survey_id, wave, sample,
        case when respondents >= {{ smallest_base() }} then estimate end as mean,
        case when respondents >= {{ smallest_base() }} then sqrt(variance) end as standard_error,
        case when respondents >= {{ smallest_base() }} then estimate - half_width end as ci_low,
        case when respondents >= {{ smallest_base() }} then estimate + half_width end as ci_high,
        respondents as base_unweighted,
        degrees_of_freedom,
        reason,
        sampling
    from bounds
    {%- endif %}
{% endmacro %}

with

estimates as (

    select
        estimates.campaign_id,
        estimates.survey_id,
        estimates.wave,
        estimates.sample,
        estimates.country,
        estimates.question_code,
        estimates.question_key,
        estimates.answer_code,
        estimates.answer_label,
        estimates.segment_name,
        estimates.segment_value,
        estimates.event_on,
        100 * estimates.estimate as estimate_pct,
        100 * sqrt(estimates.variance) as standard_error_pct,
        100 * estimates.ci_low as ci_low_pct,
        100 * estimates.ci_high as ci_high_pct,
        estimates.base_asked,
        estimates.base_unweighted,
        estimates.base_weighted,
        estimates.answer_weighted,
        estimates.effective_base,
        estimates.raking_loss_pct,
        estimates.base_unweighted / estimates.effective_base as design_effect_kish,
        estimates.design_effect,
        estimates.degrees_of_freedom,
        estimates.display,
        estimates.reason,
        estimates.sampling,
        estimates.is_weighted,
        {{ is_provisional('estimates.event_on', 'survey', 'as_of.as_of') }} as is_provisional,
    from {{ ref('int_survey__estimates') }} as estimates
    cross join {{ ref('int_lake__as_of') }} as as_of
    where estimates.answer_code <> 'mean'

)

select * from estimates

-- In every cell the answers share out the base between them: 100 % and the whole weight; top is one of the groups they form.
with

estimates as (

    select * from {{ ref('fct_survey_estimate') }}

),

summed as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        question_code,
        segment_name,
        segment_value,
        sum(estimate_pct) as estimates_pct,
        sum(answer_weighted) as answers_weighted,
        min(base_weighted) as base_weighted,
        max(base_weighted) as highest_base_weighted,
    from estimates
    where answer_code <> 'top' and reason is distinct from 'small_base'
    group by campaign_id, survey_id, wave, sample, question_code, segment_name, segment_value

),

off as (

    select *
    from summed
    where
        (
            abs(estimates_pct - 100) <= 1e-9
            and abs(answers_weighted - base_weighted) <= 1e-9 * base_weighted
            and base_weighted = highest_base_weighted
        ) is not true

)

select * from off

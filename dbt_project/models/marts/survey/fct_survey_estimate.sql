-- depends_on: {{ ref('int_survey__touched') }}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        touched={'int_survey__touched': ['campaign_id', 'survey_id', 'wave']},
        on_schema_change='fail',
    )
}}

with

estimates as (

    select * from {{ ref('int_survey__intervals') }}

),

waves as (

    select * from {{ ref('int_survey__waves') }}

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

latest_waves as (

    select
        campaign_id,
        survey_id,
        wave,
        fieldwork_to,
        sampling,
    from waves
    qualify
        row_number() over (
            partition by campaign_id, survey_id, wave
            order by landed_on desc, delivery desc
        ) = 1

),

unnested as (

    select
        campaign_id,
        survey_id,
        wave,
        landed_on,
        delivery,
        unnest(samples) as described,
    from waves

),

latest_samples as (

    select
        campaign_id,
        survey_id,
        wave,
        described.sample,
        described.country,
        described.is_weighted,
    from unnested
    qualify
        row_number() over (
            partition by campaign_id, survey_id, wave, described.sample
            order by landed_on desc, delivery desc
        ) = 1

),

-- The item's effective sample size and the width of its interval decide on display, by the rules of NCHS for proportions.
measured as (

    select
        *,
        base_unweighted >= 5 as has_base,
        case
            when is_unanimous then base_unweighted
            when share_variance = 0 then base_unweighted
            else least(base_unweighted, answer_share * (1 - answer_share) / share_variance)
        end as item_base,
        ci_high_share - ci_low_share as ci_width,
    from estimates

),

judged as (

    select
        *,
        case
            when not has_base or ci_width is null or item_base < 30 then 'suppress'
            when is_unanimous then 'review'
            when ci_width > 0.05 and (ci_width >= 0.30 or ci_width / answer_share > 1.30) then 'suppress'
            when degrees_of_freedom < 8 then 'review'
            when ci_width > 0.05 and ci_width / (1 - answer_share) > 1.30 then 'footnote'
            else 'show'
        end as display,
    from measured

),

finalised as (

    select
        judged.campaign_id,
        judged.survey_id,
        judged.wave,
        judged.sample,
        coalesce(latest_samples.country, 'unknown') as country,
        judged.question_code,
        judged.question_key,
        judged.answer_code,
        judged.answer_label,
        judged.segment_name,
        judged.segment_value,
        latest_waves.fieldwork_to as event_on,
        case when judged.has_base then 100 * judged.answer_share end as estimate_pct,
        case when judged.has_base then 100 * sqrt(judged.share_variance) end as standard_error_pct,
        case when judged.has_base then 100 * judged.ci_low_share end as ci_low_pct,
        case when judged.has_base then 100 * judged.ci_high_share end as ci_high_pct,
        judged.base_asked,
        judged.base_unweighted,
        case when judged.has_base then judged.base_weighted end as base_weighted,
        case when judged.has_base then judged.answer_weighted end as answer_weighted,
        case when judged.has_base then judged.effective_base end as effective_base,
        case when judged.has_base then judged.base_unweighted / judged.effective_base end as design_effect_kish,
        case
            when judged.has_base and not judged.is_unanimous
                then judged.share_variance / (judged.answer_share * (1 - judged.answer_share) / (judged.base_unweighted - 1))
        end as design_effect,
        case when judged.has_base then judged.degrees_of_freedom end as degrees_of_freedom,
        judged.display,
        judged.reason,
        latest_waves.sampling,
        latest_samples.is_weighted,
        {{ is_provisional('latest_waves.fieldwork_to', 'survey', 'as_of.as_of') }} as is_provisional,
    from judged
    inner join latest_waves
        on
            judged.campaign_id = latest_waves.campaign_id
            and judged.survey_id = latest_waves.survey_id
            and judged.wave = latest_waves.wave
    left join latest_samples
        on
            judged.campaign_id = latest_samples.campaign_id
            and judged.survey_id = latest_samples.survey_id
            and judged.wave = latest_samples.wave
            and judged.sample = latest_samples.sample
    cross join as_of

)

select * from finalised

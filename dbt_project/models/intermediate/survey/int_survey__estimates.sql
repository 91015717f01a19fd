{#
    The estimate of every choice in every cell and its variance (V01 to V04), before the interval. Shares, not percent.
    p is exactly 0 or 1 where nobody or everybody chose it; then there is no variance.
#}
with

bases as (

    select * from {{ ref('int_survey__bases') }}

),

choices as (

    select * from {{ ref('int_survey__choices') }}

),

moments as (

    select * from {{ ref('int_survey__answer_moments') }}

),

gridded as (

    select
        bases.*,
        choices.question_key,
        choices.answer_code,
        choices.answer_label,
        coalesce(moments.respondents, 0) as answer_unweighted,
        coalesce(moments.relative_weight, 0) as answer_weight,
        coalesce(moments.answer_variance, 0) as answer_variance,
        coalesce(moments.answer_covariance, 0) as answer_covariance,
    from bases
    inner join choices
        on
            bases.campaign_id = choices.campaign_id
            and bases.survey_id = choices.survey_id
            and bases.wave = choices.wave
            and bases.question_code = choices.question_code
    left join moments
        on
            bases.campaign_id = moments.campaign_id
            and bases.survey_id = moments.survey_id
            and bases.wave = moments.wave
            and bases.sample = moments.sample
            and bases.question_code = moments.question_code
            and bases.segment_name = moments.segment_name
            and bases.segment_value = moments.segment_value
            and choices.answer_code = moments.answer_code

),

estimated as (

    select
        *,
        answer_weight / relative_weight as answer_share,
        answer_unweighted in (0, base_unweighted) as is_unanimous,
    from gridded

),

varied as (

    select
        *,
        case
            when is_unanimous then 0.0
            when not has_single_psu_stratum
                then
                    -- Rounding may leave a hair below zero where the true variance is none.
                    greatest(
                        answer_variance - 2 * answer_share * answer_covariance + answer_share * answer_share * base_variance, 0.0
                    ) / pow(relative_weight, 2)
        end as share_variance,
    from estimated

),

reasoned as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        question_code,
        question_key,
        answer_code,
        answer_label,
        segment_name,
        segment_value,
        base_asked,
        base_unweighted,
        base_weighted,
        effective_base,
        answer_unweighted,
        answer_share * base_weighted as answer_weighted,
        degrees_of_freedom,
        is_unanimous,
        answer_share,
        share_variance,
        case
            when base_unweighted < 5 then 'small_base'
            when share_variance is null then 'single_psu_stratum'
            when degrees_of_freedom < 1 and not is_unanimous then 'no_degrees_of_freedom'
            when is_fpc_ignored then 'fpc_ignored'
        end as reason,
    from varied

)

select * from reasoned

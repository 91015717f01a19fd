with

-- A scale with an answer that it does not know is not scored at all.
unscored as (

    select distinct
        {{ listed(survey_keys('wave')) }}
        scale_id,
    from {{ ref('int_survey__item_answers') }}
    where not is_known

),

scaled as (

    select
        estimates.*,
        questions.question_text,
        questions.kind,
        case when questions.kind = 'score' then split_part(estimates.question_code, '/', 1) end as scale_id,
        case when questions.kind = 'score' then split_part(estimates.question_code, '/', 2) else 'as_given' end as scoring,
    from {{ ref('int_survey__estimates') }} as estimates
    inner join {{ ref('int_survey__questions') }} as questions
        on {{ same('estimates', 'questions', survey_keys('question')) }}
    where estimates.answer_code = 'mean'

),

means as (

    select
        scaled.campaign_id,
        scaled.survey_id,
        scaled.wave,
        scaled.sample,
        scaled.country,
        scaled.question_code,
        scaled.question_key,
        scaled.question_text,
        scaled.scoring,
        scaled.segment_name,
        scaled.segment_value,
        scaled.event_on,
        scaled.estimate as mean_points,
        sqrt(scaled.variance) as standard_error_points,
        scaled.ci_low as ci_low_points,
        scaled.ci_high as ci_high_points,
        scaled.base_asked,
        scaled.base_unweighted,
        scaled.base_weighted,
        scaled.answer_weighted as points_weighted,
        scaled.effective_base,
        scaled.raking_loss_pct,
        scaled.base_unweighted / scaled.effective_base as design_effect_kish,
        scaled.design_effect,
        scaled.degrees_of_freedom,
        case when unscored.scale_id is null and alphas.respondents >= {{ smallest_base() }} then alphas.alpha end as alpha,
        coalesce(case when unscored.scale_id is null then alphas.respondents end, 0) as alpha_base,
        scaled.display,
        case when unscored.scale_id is not null then 'unscored_answer' else scaled.reason end as reason,
        scaled.sampling,
        scaled.is_weighted,
        {{ is_provisional('scaled.event_on', 'survey', 'as_of.as_of') }} as is_provisional,
    from scaled
    cross join {{ ref('int_lake__as_of') }} as as_of
    left join unscored on {{ same('scaled', 'unscored', survey_keys('wave') + ['scale_id']) }}
    left join {{ ref('int_survey__alphas') }} as alphas
        on {{ same('scaled', 'alphas', survey_keys('sample') + ['scale_id', 'scoring']) }}

)

select * from means

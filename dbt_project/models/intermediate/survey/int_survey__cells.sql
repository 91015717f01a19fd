{#
    What respondents answered, by segment and sampling unit. Of a question with one answer, NULL is who was asked and gave none. Of a
    question with several, every box that was ticked is an answer, '' is everybody who was in the base, and top and bottom are those
    who ticked one of the group at least.
#}
with

questions as (

    select
        {{ listed(survey_keys('question')) }}
        kind,
        list_transform(list_filter(answers, lambda a: a.is_top), lambda a: a.answer_code) as top_codes,
        list_transform(list_filter(answers, lambda a: a.is_bottom), lambda a: a.answer_code) as bottom_codes,
    from {{ ref('int_survey__questions') }}

),

answers as not materialized (

    select
        respondents.profile_id,
        respondents.respondent_key,
        respondents.weight_units,
        answers.question_code,
        case when answers.status = 'answered' then {{ survey_answer_code('answers.answer_code') }} end as answer_code,
        questions.kind = 'multiple' as is_multiple,
        list_contains(questions.top_codes, {{ survey_answer_code('answers.answer_code') }}) as is_top,
        list_contains(questions.bottom_codes, {{ survey_answer_code('answers.answer_code') }}) as is_bottom,
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ ref('int_survey__respondents') }} as respondents
        on {{ same('answers', 'respondents', survey_keys('wave') + ['landed_on', 'delivery', 'respondent_key']) }}
    inner join questions on {{ same('answers', 'questions', survey_keys('question')) }}

),

scores as not materialized (

    select
        respondents.profile_id,
        scores.question_code,
        cast(scores.score as varchar) as answer_code,
        respondents.weight_units,
    from {{ ref('int_survey__scale_scores') }} as scores
    inner join {{ ref('int_survey__respondents') }} as respondents
        on {{ same('scores', 'respondents', survey_keys('wave') + ['landed_on', 'delivery', 'respondent_key']) }}

),

ticked as (

    select
        profile_id,
        respondent_key,
        question_code,
        weight_units,
        case when count(answer_code) > 0 then '' end as in_base,
        coalesce(list(distinct answer_code) filter (where answer_code <> ''), []) as codes,
        list_concat(
            case when bool_or(is_top) then ['top'] else [] end, case when bool_or(is_bottom) then ['bottom'] else [] end
        ) as ticked_groups,
    from answers
    where is_multiple
    group by profile_id, respondent_key, question_code, weight_units

),

several as (

    select
        profile_id,
        question_code,
        weight_units,
        unnest(list_concat([in_base], codes, ticked_groups)) as answer_code,
    from ticked

),

tallied as (

    select
        profile_id,
        question_code,
        answer_code,
        count(*) as respondents,
        cast(sum(weight_units) as bigint) as weight_units,
        sum({{ exact_product('weight_units', 'weight_units') }}) as weight_square_units,
    from (
        select
            profile_id,
            question_code,
            answer_code,
            weight_units,
        from answers
        where not is_multiple
        union all
        select
            profile_id,
            question_code,
            answer_code,
            weight_units,
        from several
        union all
        select
            profile_id,
            question_code,
            answer_code,
            weight_units,
        from scores
    ) as given
    group by profile_id, question_code, answer_code

),

profiles as (

    select distinct
        profile_id,
        {{ listed(survey_keys('sample')) }}
        stratum,
        cluster,
        segments,
        margin_cell,
    from {{ ref('int_survey__respondents') }}

),

segmented as (

    select
        profile_id,
        'all' as segment_name,
        'all' as segment_value,
    from profiles
    union
    select
        profile_id,
        segment.segment_name,
        segment.segment_value,
    from (
        select
            profile_id,
            unnest(segments) as segment,
        from profiles
    ) as listed

),

cells as (

    select
        {{ listed(survey_keys('sample'), 'profiles') }}
        tallied.question_code,
        segmented.segment_name,
        segmented.segment_value,
        profiles.stratum,
        profiles.cluster,
        profiles.margin_cell,
        tallied.answer_code,
        cast(sum(tallied.respondents) as bigint) as respondents,
        cast(sum(tallied.weight_units) as bigint) as weight_units,
        sum(tallied.weight_square_units) as weight_square_units,
    from tallied
    inner join profiles on tallied.profile_id = profiles.profile_id
    inner join segmented on tallied.profile_id = segmented.profile_id
    group by all

)

select * from cells

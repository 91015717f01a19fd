{#
    What respondents answered, by segment and sampling unit. Of a question with one answer, NULL is who was asked and gave none. Of a
    question with several, every box that was ticked is an answer, '' is everybody who was in the base, and top and bottom are those
    who ticked one of the group at least.
#}
with

codes as (

    select * from {{ grouped_answer_codes() }}

),

-- A box that was ticked counts as any answer does; who was in the base of a question with several is counted below.
given as (

    select
        profile_id,
        answer,
        count(*) as respondents,
        cast(sum(weight_units) as bigint) as weight_units,
        sum(weight_square_units) as weight_square_units,
    from (
        select
            profile_id,
            weight_units,
            weight_square_units,
            unnest(given) as answer,
        from (
            select
                respondents.profile_id,
                respondents.weight_units,
                {{ exact_product('respondents.weight_units', 'respondents.weight_units') }} as weight_square_units,
                answers.given,
            from {{ ref('stg_survey__answers') }} as answers
            inner join {{ ref('int_survey__respondents') }} as respondents
                on {{ same('answers', 'respondents', survey_keys('person')) }}
        ) as people
    ) as given
    group by all

),

-- Respondents of deliveries without such questions are not looked up.
ticked as (

    select
        respondents.profile_id,
        boxes.question_code,
        respondents.weight_units,
        boxes.in_base,
        boxes.ticked_groups,
    from {{ ticked_boxes('codes') }} as boxes
    inner join (
        select respondents.*
        from {{ ref('int_survey__respondents') }} as respondents
        semi join (
            select *
            from codes
            where is_multiple
        ) as with_boxes on {{ same('respondents', 'with_boxes', ['landed_on', 'delivery']) }}
    ) as respondents
        on {{ same('boxes', 'respondents', survey_keys('person')) }}

),

counted as (

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
            unnest(list_concat([in_base], ticked_groups)) as answer_code,
            weight_units,
        from ticked
        union all
        select
            respondents.profile_id,
            scores.question_code,
            cast(scores.score as varchar) as answer_code,
            respondents.weight_units,
        from {{ ref('int_survey__scale_scores') }} as scores
        inner join {{ ref('int_survey__respondents') }} as respondents
            on {{ same('scores', 'respondents', survey_keys('person')) }}
    ) as people
    group by all

),

profiles as (

    select
        {{ listed(survey_keys('sample'), 'profiles') }}
        profiles.profile_id,
        profiles.landed_on,
        profiles.delivery,
        profiles.stratum,
        profiles.cluster,
        profiles.segments,
        case when raked.profile_id is not null then profiles.margin_cell end as margin_cell,
    from {{ ref('int_survey__profiles') }} as profiles
    left join (
        select distinct profile_id
        from {{ ref('int_survey__respondents') }}
        where is_raked
    ) as raked on profiles.profile_id = raked.profile_id

),

tallied as (

    select
        given.profile_id,
        codes.question_code,
        codes.answer_code,
        given.respondents,
        given.weight_units,
        given.weight_square_units,
    from given
    inner join profiles on given.profile_id = profiles.profile_id
    inner join codes
        on
            {{ same('profiles', 'codes', ['landed_on', 'delivery']) }}
            and given.answer = codes.answer
    where not codes.is_multiple or codes.answer_code <> ''
    union all
    select * from counted

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

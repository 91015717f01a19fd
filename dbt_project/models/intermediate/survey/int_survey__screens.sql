{#
    Whether respondents break the rules of the seed quality_rules: too fast for their delivery, the same answer to a whole set of
    questions, all answers as an earlier respondent gave them. Nobody is left out for it; NULL is who could not be judged.
#}
{%- set person = survey_keys('person') %}
{%- set valid_answers -%}
    case when list_min(answers.given) > 0 then answers.given else list_filter(answers.given, lambda n: n > 0) end
{%- endset %}
{%- set first_differ -%}
    {%- for place in [2, 3, 4] -%}
        list_extract(of_set.codes, list_extract(valid.answers, 1))
        <> list_extract(of_set.codes, list_extract(valid.answers, {{ place }})){{ ' or ' if not loop.last }}
    {%- endfor -%}
{%- endset %}
with

timed as (

    select
        {{ listed(person, 'respondents') }}
        any_value(respondents.duration_seconds) as duration_seconds,
    from {{ ref('stg_survey__respondents') }} as respondents
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('respondents', 'rebuilt', survey_keys('wave')) }}
    where respondents.duration_seconds is not null
    group by {{ listed(person, 'respondents') | trim | trim(',') }}

),

medians as (

    select
        timed.landed_on,
        timed.delivery,
        rules.share_of_median * median(timed.duration_seconds) as least_seconds,
    from timed
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'speeder'
    group by timed.landed_on, timed.delivery, rules.share_of_median

),

-- Questions of a wave that offer the same answers.
sets as (

    select
        {{ listed(survey_keys('wave'), 'questions') }}
        list(questions.question_code) as questions,
    from {{ ref('int_survey__questions') }} as questions
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'straight_liner'
    where questions.kind in ('single', 'grid', 'scale') and array_length(questions.answers) >= 4
    group by
        {{ listed(survey_keys('wave'), 'questions') }}
        questions.answers, rules.least_questions
    having count(*) >= rules.least_questions

),

codes as (

    select
        *,
        dense_rank() over (partition by landed_on, delivery order by question_code) as question,
        dense_rank() over (partition by landed_on, delivery order by answer_code) as code,
    from {{ answer_codes() }}

),

-- By the number of an answer: which question of the delivery it answers; of each set, which code it is, where it is of the set.
-- `others` is how many answers a respondent can have given outside of the set.
deliveries as (

    select
        numbered.landed_on,
        numbered.delivery,
        numbered.questions,
        lists.sets,
    from (
        select
            landed_on,
            delivery,
            case when bool_or(kind = 'multiple') then list(question order by abs(answer)) end as questions,
        from codes
        group by all
    ) as numbered
    left join (
        select
            landed_on,
            delivery,
            list(struct_pack(codes := codes_of_set, others := others)) as sets,
        from (
            select
                codes.landed_on,
                codes.delivery,
                list(
                    case when codes.answer > 0 and list_contains(sets.questions, codes.question_code) then codes.code end
                    order by abs(codes.answer)
                ) as codes_of_set,
                count(distinct case
                    when list_contains(sets.questions, codes.question_code) then null
                    when codes.kind = 'multiple' then abs(codes.answer)
                    else -codes.question
                end) as others,
            from codes
            inner join sets on {{ same('codes', 'sets', survey_keys('wave')) }}
            group by codes.landed_on, codes.delivery, sets.questions
        ) as of_sets
        group by all
    ) as lists on {{ same('numbered', 'lists', ['landed_on', 'delivery']) }}

),

valid as (

    select
        {{ listed(person, 'answers') }}
        {{ valid_answers }} as answers,
        deliveries.questions,
        deliveries.sets,
    from {{ ref('stg_survey__answers') }} as answers
    inner join deliveries on {{ same('answers', 'deliveries', ['landed_on', 'delivery']) }}

),

-- Answers to all questions and to each set, in lists: a row per answer would have to be put together again. Where the first ones
-- differ already, of every set, the others need not be read.
answered as (

    select
        {{ listed(person, 'given') }}
        case
            when given.all_differ then [false]
            else
                list_transform(
                    list_transform(
                        given.sets,
                        lambda of_set: list_filter(
                            list_transform(given.answers, lambda n: list_extract(of_set.codes, n)), lambda code: code is not null
                        )
                    ),
                    lambda of_set: case
                        when array_length(of_set) >= given.least_of_set then list_min(of_set) = list_max(of_set)
                    end
                )
        end as are_straight,
        case when given.answered >= given.least_of_all then given.fingerprint end as fingerprint,
    from (
        select
            {{ listed(person, 'valid') }}
            valid.answers,
            valid.sets,
            straight_liners.least_questions as least_of_set,
            duplicates.least_questions as least_of_all,
            not list_contains(
                list_transform(
                    valid.sets,
                    lambda of_set: coalesce(
                        array_length(valid.answers) - of_set.others >= straight_liners.least_questions
                        and ({{ first_differ }}),
                        false
                    )
                ),
                false
            ) as all_differ,
            case
                when valid.questions is null then array_length(valid.answers)
                else array_length(list_distinct(list_transform(valid.answers, lambda n: list_extract(valid.questions, n))))
            end as answered,
            {{ hash_of('valid.landed_on, valid.delivery, valid.answers') }} as fingerprint,
        from valid
        left join {{ ref('quality_rules') }} as straight_liners on straight_liners.rule = 'straight_liner'
        left join {{ ref('quality_rules') }} as duplicates on duplicates.rule = 'duplicate'
    ) as given

),

judged as (

    select
        {{ listed(person) }}
        fingerprint,
        case
            when list_contains(are_straight, true) then true
            when list_contains(are_straight, false) then false
        end as is_straight_liner,
    from answered

),

alike as (

    select judged.*
    from judged
    inner join (
        select fingerprint
        from judged
        where fingerprint is not null
        group by fingerprint
        having count(*) > 1
    ) as shared on judged.fingerprint = shared.fingerprint

),

copies as (

    select
        {{ listed(person) }}
        row_number() over (partition by landed_on, delivery, answers order by respondent) > 1 as is_copy,
    from (
        select
            {{ listed(person, 'answers') }}
            {{ valid_answers }} as answers,
        from {{ ref('stg_survey__answers') }} as answers
        semi join alike on {{ same('answers', 'alike', person) }}
    ) as lists

),

speeders as (

    select
        {{ listed(person, 'timed') }}
        timed.duration_seconds < medians.least_seconds as is_speeder,
    from timed
    left join medians on {{ same('timed', 'medians', ['landed_on', 'delivery']) }}

),

screened as (

    select
        {% for column in person -%}
            coalesce(judged.{{ column }}, speeders.{{ column }}) as {{ column }},
        {% endfor -%}
        speeders.is_speeder,
        judged.is_straight_liner,
        case when judged.fingerprint is not null then coalesce(copies.is_copy, false) end as is_duplicate,
    from judged
    left join copies on {{ same('judged', 'copies', person) }}
    full outer join speeders on {{ same('judged', 'speeders', person) }}

),

screens as (

    select
        *,
        case
            when is_speeder or is_straight_liner or is_duplicate then true
            when coalesce(is_speeder, is_straight_liner, is_duplicate) is not null then false
        end as is_broken,
    from screened

)

select * from screens

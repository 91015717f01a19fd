{#
    Whether respondents break the rules of the seed quality_rules: too fast for their delivery, the same answer to a whole set of
    questions, all answers as an earlier respondent gave them. Nobody is left out for it; NULL is who could not be judged.

    What a respondent answered is one list of numbers (`given`), each for one answer to one question of the delivery. What a number stands
    for is the same for everybody: its question, and which answer of a set of questions it is, are looked up in the lists `questions` and
    `codes`, in which those of a delivery begin behind `answers_before` and `codes_before`. Most people differ at the first questions of a
    set already (`is_varied`), so that their lists are not read to the end.
#}
{{ config(materialized='table', database='memory') }}
{%- set person = survey_keys('person') %}
{%- set compared = [1, 2, 3, 4] %}
{%- set fingerprint = hash_of('landed_on, delivery, given') %}
with

timed as (

    select
        {{ listed(person, 'respondents') }}
        any_value(respondents.duration_seconds) as duration_seconds,
    from {{ ref('stg_survey__respondents') }} as respondents
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('respondents', 'rebuilt', survey_keys('wave')) }}
    where respondents.duration_seconds is not null
    group by {{ joined(person, 'respondents') }}

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
        list_transform(
            questions.answers, lambda a: struct_pack(answer_code := a.answer_code, answer_label := a.answer_label)
        ),
        rules.least_questions
    having count(*) >= rules.least_questions

),

codes as (

    select
        *,
        min(abs(answer)) over (partition by landed_on, delivery, question_code) as first_answer,
        dense_rank() over (partition by landed_on, delivery order by answer_code) as code,
    from {{ answer_codes() }}

),

-- Questions in the order of their answers, with the codes that the answers stand for, NULL for what is no valid answer;
-- `valid_codes` are those from the first valid answer to the last, where nothing lies between.
asked as (

    select
        {{ listed(survey_keys('question')) }}
        landed_on,
        delivery,
        first_answer,
        cast(row_number() over (partition by landed_on, delivery order by first_answer) as integer) as place,
        case when kind = 'multiple' then count(*) else 1 end as most_answers,
        list(case when answer > 0 then code end order by abs(answer)) as codes,
        min(case when answer > 0 then answer end) as first_valid,
        min(answer) <= 0 as has_invalid,
        case
            when max(answer) - min(case when answer > 0 then answer end) + 1 = count(answer_code)
                then list_filter(list(case when answer > 0 then code end order by abs(answer)), lambda code: code is not null)
        end as valid_codes,
    from codes
    group by
        {{ listed(survey_keys('question')) }}
        landed_on, delivery, first_answer, kind

),

-- By the number of an answer: which code of the set it is. `others` is how many answers can have been given outside of the set.
delivered_sets as (

    select
        asked.landed_on,
        asked.delivery,
        flatten(list(
            case
                when list_contains(sets.questions, asked.question_code) then asked.codes
                else list_transform(asked.codes, lambda code: null)
            end
            order by asked.place
        )) as codes,
        cast(
            sum(case when list_contains(sets.questions, asked.question_code) then 0 else asked.most_answers end) as integer
        ) as others,
        list_filter(
            list(
                case
                    when list_contains(sets.questions, asked.question_code)
                        then struct_pack(place := asked.place, first_answer := asked.first_valid, codes := asked.valid_codes)
                end
                order by asked.place
            ),
            lambda question: question is not null
        ) as questions,
    from asked
    inner join sets on {{ same('asked', 'sets', survey_keys('wave')) }}
    group by asked.landed_on, asked.delivery, sets.questions

),

-- Lists of all deliveries are strung together: one that every row would have to carry along costs more than what is done with it.
-- Of the only set of a delivery, the first questions are compared by the places of their answers, if those have the same codes.
deliveries as (

    select
        listed.*,
        cast(sum(listed.answers) over before - listed.answers as bigint) as answers_before,
        of_sets.codes,
        cast(sum(array_length(of_sets.codes)) over before - array_length(of_sets.codes) as bigint) as codes_before,
        of_sets.sets,
        of_sets.others,
        {% for number in compared -%}
            list_extract(of_sets.questions, {{ number }}).place as place_{{ number }},
            list_extract(of_sets.questions, {{ number }}).first_answer as first_{{ number }},
        {% endfor -%}
        case
            when
                of_sets.sets = 1
                and array_length(list_distinct(of_sets.first_codes)) = array_length(of_sets.first_codes)
                {%- for number in compared[1:] %}
                    and of_sets.first_codes = list_extract(of_sets.questions, {{ number }}).codes
                {%- endfor %}
                then cast(array_length(of_sets.first_codes) as integer)
        end as last_place,
    from (
        select
            landed_on,
            delivery,
            cast(sum(array_length(codes)) as bigint) as answers,
            flatten(list(list_transform(codes, lambda code: place) order by place)) as questions,
            cast(sum(most_answers) - count(*) as integer) as repeats,
            bool_or(has_invalid) as has_invalid,
        from asked
        group by all
    ) as listed
    left join (
        select
            landed_on,
            delivery,
            count(*) as sets,
            flatten(list(codes)) as codes,
            any_value(others) as others,
            any_value(questions) as questions,
            any_value(list_extract(questions, 1).codes) as first_codes,
        from delivered_sets
        group by all
    ) as of_sets on {{ same('listed', 'of_sets', ['landed_on', 'delivery']) }}
    window before as (order by listed.landed_on, listed.delivery rows between unbounded preceding and current row)

),

strung as (

    select
        flatten(list(questions order by answers_before)) as questions,
        flatten(list(codes order by codes_before)) as codes,
    from deliveries

),

valid as (

    select
        {{ listed(person, 'answers') }}
        case
            when deliveries.has_invalid and list_min(answers.given) <= 0 then list_filter(answers.given, lambda n: n > 0)
            else answers.given
        end as given,
        {% for number in compared -%}
            list_extract(answers.given, deliveries.place_{{ number }}) - deliveries.first_{{ number }} as compared_{{ number }},
        {% endfor -%}
        deliveries.last_place,
        deliveries.answers,
        deliveries.answers_before,
        deliveries.repeats,
        deliveries.sets,
        deliveries.codes_before,
        deliveries.others,
    from {{ ref('stg_survey__answers') }} as answers
    left join (select * exclude (questions, codes) from deliveries) as deliveries
        on {{ same('answers', 'deliveries', ['landed_on', 'delivery']) }}

),

-- Whether answers differ at the first questions already, so that the others need not be read.
compared as (

    select
        valid.*,
        strung.questions,
        strung.codes,
        straight_liners.least_questions as least_of_set,
        duplicates.least_questions as least_of_all,
        coalesce(
            array_length(valid.given) - valid.others >= straight_liners.least_questions
            {%- for number in compared %}
                and valid.compared_{{ number }} between 0 and valid.last_place - 1
            {%- endfor %}
            and (
                {%- for number in compared[1:] %}
                    valid.compared_1 <> valid.compared_{{ number }} {{ 'or' if not loop.last }}
                {%- endfor %}
            ),
            false
        ) as is_varied,
    from valid
    cross join strung
    left join {{ ref('quality_rules') }} as straight_liners on straight_liners.rule = 'straight_liner'
    left join {{ ref('quality_rules') }} as duplicates on duplicates.rule = 'duplicate'

),

-- Of lists: a row per answer would have to be put together again. Materialized, since DuckDB would keep the lists instead.
judged as materialized (

    select
        {{ listed(person) }}
        case
            when is_varied then false
            when list_contains(are_straight, true) then true
            when list_contains(are_straight, false) then false
        end as is_straight_liner,
        case
            when array_length(given) < least_of_all then null
            when array_length(given) - repeats >= least_of_all then {{ fingerprint }}
            when
                array_length(list_distinct(list_transform(given, lambda n: list_extract(questions, answers_before + n))))
                >= least_of_all
                then {{ fingerprint }}
        end as fingerprint,
    from (
        select
            *,
            case
                when not is_varied
                    then
                        list_transform(
                            list_transform(
                                range(sets),
                                lambda place: list_filter(
                                    list_transform(given, lambda n: list_extract(codes, codes_before + place * answers + n)),
                                    lambda code: code is not null
                                )
                            ),
                            lambda of_set: case
                                when array_length(of_set) >= least_of_set then list_min(of_set) = list_max(of_set)
                            end
                        )
            end as are_straight,
        from compared
    ) as read

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
            list_filter(answers.given, lambda n: n > 0) as answers,
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

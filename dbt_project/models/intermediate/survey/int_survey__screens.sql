{#
    Whether respondents break the rules of the seed quality_rules: too fast for their delivery, the same answer to a whole set of
    questions, all answers as an earlier respondent gave them. Nobody is left out for it; NULL is who could not be judged.
#}
{%- set person = survey_keys('person') %}
{%- set valid_answers -%}
    list_filter(answers.answers, lambda given: given.answer > 0)
{%- endset %}
{%- set of_wave = survey_keys('wave') + ['landed_on', 'delivery'] %}
with

people as (

    select distinct
        {{ listed(survey_keys('wave') + person, 'respondents') }}
        respondents.duration_seconds,
    from {{ ref('stg_survey__respondents') }} as respondents
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('respondents', 'rebuilt', survey_keys('wave')) }}

),

medians as (

    select
        people.landed_on,
        people.delivery,
        rules.share_of_median * median(people.duration_seconds) as least_seconds,
    from people
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'speeder'
    group by people.landed_on, people.delivery, rules.share_of_median

),

questions as (

    select
        delivered.landed_on,
        delivered.delivery,
        delivered.question,
        {{ listed(survey_keys('question'), 'questions') }}
        questions.answers,
    from {{ ref('stg_survey__questions') }} as delivered
    inner join {{ ref('int_survey__questions') }} as questions on {{ same('delivered', 'questions', survey_keys('question')) }}
    where questions.kind in ('single', 'grid', 'scale') and array_length(questions.answers) >= 4

),

-- Questions of a wave that offer the same answers.
sets as (

    select
        {{ listed(of_wave, 'questions') }}
        questions.answers,
        list(questions.question) as questions,
    from questions
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'straight_liner'
    group by {{ listed(of_wave, 'questions') }} questions.answers, rules.least_questions
    having count(*) >= rules.least_questions

),

deliveries as (

    select
        delivered.landed_on,
        delivered.delivery,
        delivered.has_several,
        sets.sets,
    from (
        select
            landed_on,
            delivery,
            bool_or(kind = 'multiple') as has_several,
        from {{ ref('stg_survey__questions') }}
        group by all
    ) as delivered
    left join (
        select
            landed_on,
            delivery,
            list(questions) as sets,
        from sets
        group by all
    ) as sets on {{ same('delivered', 'sets', ['landed_on', 'delivery']) }}

),

-- Answers to all questions and to each set, in lists: a row per answer would have to be put together again.
answered as (

    select
        {{ listed(person, 'given') }}
        list_transform(
            given.answers_to_sets,
            lambda of_set: case
                when array_length(of_set) >= straight_liners.least_questions then list_min(of_set) = list_max(of_set)
            end
        ) as are_straight,
        case when given.questions >= duplicates.least_questions then given.fingerprint end as fingerprint,
    from (
        select
            {{ listed(person) }}
            list_transform(
                sets,
                lambda of_set: list_transform(
                    list_filter(answers, lambda given: list_contains(of_set, given.question)), lambda given: given.answer
                )
            ) as answers_to_sets,
            case
                when has_several then array_length(list_distinct(list_transform(answers, lambda given: given.question)))
                else array_length(answers)
            end as questions,
            {{ hash_of('answers') }} as fingerprint,
        from (
            select
                {{ listed(person, 'answers') }}
                {{ valid_answers }} as answers,
                deliveries.has_several,
                deliveries.sets,
            from {{ ref('stg_survey__answers') }} as answers
            inner join deliveries on {{ same('answers', 'deliveries', ['landed_on', 'delivery']) }}
        ) as valid
    ) as given
    left join {{ ref('quality_rules') }} as straight_liners on straight_liners.rule = 'straight_liner'
    left join {{ ref('quality_rules') }} as duplicates on duplicates.rule = 'duplicate'

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
        select
            landed_on,
            delivery,
            fingerprint,
        from judged
        where fingerprint is not null
        group by all
        having count(*) > 1
    ) as shared on {{ same('judged', 'shared', ['landed_on', 'delivery', 'fingerprint']) }}

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

screened as (

    select
        {{ listed(survey_keys('wave') + person, 'people') }}
        people.duration_seconds < medians.least_seconds as is_speeder,
        judged.is_straight_liner,
        case when judged.fingerprint is not null then coalesce(copies.is_copy, false) end as is_duplicate,
    from people
    left join medians on {{ same('people', 'medians', ['landed_on', 'delivery']) }}
    left join judged on {{ same('people', 'judged', person) }}
    left join copies on {{ same('people', 'copies', person) }}

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

{#
    Whether respondents break the rules of the seed quality_rules: too fast for their delivery, the same answer to a whole set of
    questions, all answers as an earlier respondent gave them. Nobody is left out for it; NULL is who could not be judged.
#}
{%- set person = survey_keys('person') %}
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
        rules.least_questions,
        min(questions.question) as set_question,
    from questions
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'straight_liner'
    group by all
    having count(*) >= rules.least_questions

),

-- Answers to each set, and to all questions of none; as one number, so that lists of answers are made of possible copies alone.
given as (

    select
        {{ listed(person) }}
        set_question,
        any_value(least_questions) as least_questions,
        count(*) as answers,
        min(answer) = max(answer) as is_straight,
        sum((code * code % 2147483647) * code % 2147483647) as fingerprint,
    from (
        select
            {{ listed(person, 'answers') }}
            in_sets.set_question,
            in_sets.least_questions,
            answers.answer,
            (cast(answers.question as bigint) * 65536 + answers.answer) % 2147483647 as code,
        from {{ ref('stg_survey__answers') }} as answers
        inner join (
            select
                delivered.landed_on,
                delivered.delivery,
                delivered.question,
                sets.set_question,
                sets.least_questions,
            from {{ ref('stg_survey__questions') }} as delivered
            left join questions on {{ same('delivered', 'questions', ['landed_on', 'delivery', 'question']) }}
            left join sets on {{ same('questions', 'sets', of_wave + ['answers']) }}
        ) as in_sets on {{ same('answers', 'in_sets', ['landed_on', 'delivery', 'question']) }}
        where answers.answer > 0
    ) as coded
    group by all

),

answered as (

    select
        {{ listed(person) }}
        bool_or(case when answers >= least_questions then is_straight end) as is_straight_liner,
        sum(answers) as answers,
        sum(fingerprint) as fingerprint,
    from given
    group by all

),

-- Boxes ticked beyond the first of a question.
several as (

    select
        {{ listed(person, 'answers') }}
        count(*) - count(distinct answers.question) as further_answers,
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ ref('stg_survey__questions') }} as questions
        on {{ same('answers', 'questions', ['landed_on', 'delivery', 'question']) }} and questions.kind = 'multiple'
    where answers.answer > 0
    group by all

),

comparable as (

    select
        {{ listed(person, 'answered') }}
        answered.fingerprint,
    from answered
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'duplicate'
    left join several on {{ same('answered', 'several', person) }}
    where answered.answers - coalesce(several.further_answers, 0) >= rules.least_questions

),

alike as (

    select comparable.*
    from comparable
    inner join (
        select
            landed_on,
            delivery,
            fingerprint,
        from comparable
        group by all
        having count(*) > 1
    ) as shared on {{ same('comparable', 'shared', ['landed_on', 'delivery', 'fingerprint']) }}

),

copies as (

    select
        {{ listed(person) }}
        row_number() over (partition by landed_on, delivery, all_given order by respondent) > 1 as is_copy,
    from (
        select
            {{ listed(person, 'answers') }}
            list_sort(list(cast(answers.question as bigint) * 4294967296 + answers.answer)) as all_given,
        from {{ ref('stg_survey__answers') }} as answers
        semi join alike on {{ same('answers', 'alike', person) }}
        where answers.answer > 0
        group by all
    ) as lists

),

screened as (

    select
        {{ listed(survey_keys('wave') + person, 'people') }}
        people.duration_seconds < medians.least_seconds as is_speeder,
        answered.is_straight_liner,
        case when comparable.respondent is not null then coalesce(copies.is_copy, false) end as is_duplicate,
    from people
    left join medians on {{ same('people', 'medians', ['landed_on', 'delivery']) }}
    left join answered on {{ same('people', 'answered', person) }}
    left join comparable on {{ same('people', 'comparable', person) }}
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

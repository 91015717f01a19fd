{#
    Whether respondents break the rules of the seed quality_rules: too fast for their delivery, the same answer to a whole set of
    questions, all answers as an earlier respondent gave them. Nobody is left out for it; those who could not be judged have no row.
#}
{%- set who = survey_keys('wave') + ['landed_on', 'delivery', 'respondent_key'] %}
with

people as (

    select
        {{ listed(who, 'respondents') }}
        min(respondents.line) as line,
        max(respondents.duration_seconds) as duration_seconds,
    from {{ ref('stg_survey__respondents') }} as respondents
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('respondents', 'rebuilt', survey_keys('wave')) }}
    group by all

),

medians as (

    select
        {{ listed(survey_keys('wave')) }}
        landed_on,
        delivery,
        median(duration_seconds) as duration_seconds,
    from people
    group by all

),

speeders as (

    select
        {{ listed(who, 'people') }}
        rules.rule,
        people.duration_seconds < rules.share_of_median * medians.duration_seconds as is_broken,
    from people
    inner join medians on {{ same('people', 'medians', survey_keys('wave') + ['landed_on', 'delivery']) }}
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'speeder'
    where people.duration_seconds is not null

),

-- Questions of a wave that offer the same answers.
sets as (

    select
        {{ listed(survey_keys('question')) }}
        answers,
    from {{ ref('int_survey__questions') }}
    where kind in ('single', 'grid', 'scale') and array_length(answers) >= 4

),

set_sizes as (

    select
        {{ listed(survey_keys('wave'), 'sets') }}
        sets.answers,
        rules.rule,
        rules.least_questions,
        min(sets.question_code) as set_code,
    from sets
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'straight_liner'
    group by all
    having count(*) >= rules.least_questions

),

in_sets as (

    select
        {{ listed(survey_keys('question'), 'sets') }}
        set_sizes.set_code,
        set_sizes.rule,
        set_sizes.least_questions,
    from sets
    inner join set_sizes on {{ same('sets', 'set_sizes', survey_keys('wave') + ['answers']) }}

),

straight_liners as (

    select
        {{ listed(who) }}
        rule,
        bool_or(is_straight) as is_broken,
    from (
        select
            {{ listed(who, 'answers') }}
            in_sets.rule,
            in_sets.set_code,
            min(answers.answer_code) = max(answers.answer_code) as is_straight,
        from {{ ref('stg_survey__answers') }} as answers
        inner join in_sets on {{ same('answers', 'in_sets', survey_keys('question')) }}
        where answers.status = 'answered'
        group by {{ listed(who, 'answers') }} in_sets.rule, in_sets.set_code, in_sets.least_questions
        having count(*) >= in_sets.least_questions
    ) as lines
    group by {{ listed(who) }} rule

),

answered as (

    select
        {{ listed(who, 'answers') }}
        rules.rule,
        list_sort(list(concat(answers.question_code, '=', answers.answer_code))) as given,
    from {{ ref('stg_survey__answers') }} as answers
    inner join {{ ref('quality_rules') }} as rules on rules.rule = 'duplicate'
    where answers.status = 'answered'
    group by {{ listed(who, 'answers') }} rules.rule, rules.least_questions
    having count(distinct answers.question_code) >= rules.least_questions

),

duplicates as (

    select
        {{ listed(who, 'answered') }}
        answered.rule,
        row_number() over (
            partition by
                {{ listed(survey_keys('wave'), 'answered') }}
                answered.landed_on, answered.delivery, answered.given
            order by people.line, people.respondent_key
        ) > 1 as is_broken,
    from answered
    inner join people on {{ same('answered', 'people', who) }}

),

screens as (

    select * from speeders
    union all
    select * from straight_liners
    union all
    select * from duplicates

)

select * from screens

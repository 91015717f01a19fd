-- What holds across the survey tables: the answers of a question share out its base between them, and bases are what the lake's
-- rows of the waves that were rebuilt add up to.
{%- set sample = survey_keys('sample') + ['question_code'] %}
with

estimates as (

    select estimates.*
    from {{ ref('fct_survey_estimate') }} as estimates
    inner join {{ ref('dim_survey_question') }} as questions on {{ same('estimates', 'questions', survey_keys('question')) }}
    where estimates.reason is distinct from 'small_base' and questions.kind <> 'multiple'

),

shared as (

    select
        {{ listed(survey_keys('cell')) }}
        abs(sum(estimate_pct) - 100) <= 1e-9
        and abs(sum(answer_weighted) - min(base_weighted)) <= 1e-9 * min(base_weighted)
        and min(base_weighted) = max(base_weighted) as holds,
    from estimates
    where answer_code not in ('top', 'bottom', 'net')
    group by all

),

netted as (

    select
        {{ listed(survey_keys('cell')) }}
        abs(
            max(estimate_pct) filter (where answer_code = 'top') - max(estimate_pct) filter (where answer_code = 'bottom')
            - max(estimate_pct) filter (where answer_code = 'net')
        ) <= 1e-9 as holds,
    from estimates
    where answer_code in ('top', 'bottom', 'net')
    group by all
    having count(*) = 3

),

people as (

    select *
    from {{ ref('stg_survey__respondents') }}
    qualify
        rank() over (
            partition by
                {{ listed(survey_keys('sample')) }}
                coalesce(member_key, respondent_key)
            order by landed_on desc, delivery desc
        ) = 1

),

codes as (

    select
        landed_on,
        delivery,
        answer,
        question_code,
        kind = 'multiple' as is_multiple,
    from {{ answer_codes() }}

),

-- Of a question with several answers a respondent counts once; of the others, answers are added up before they are looked up.
asked as (

    select
        {{ listed(survey_keys('sample'), 'given') }}
        codes.question_code,
        given.people,
        given.weight,
        given.answer > 0 as has_answered,
    from (
        select
            {{ listed(survey_keys('sample'), 'people') }}
            answers.landed_on,
            answers.delivery,
            answers.answer,
            count(*) as people,
            sum(people.weight) as weight,
        from {{ given_answers() }} as answers
        inner join people on {{ same('answers', 'people', survey_keys('person')) }}
        group by all
    ) as given
    inner join codes on {{ same('given', 'codes', ['landed_on', 'delivery', 'answer']) }} and not codes.is_multiple
    union all
    select
        {{ listed(survey_keys('sample'), 'people') }}
        ticked.question_code,
        1 as people,
        people.weight,
        ticked.has_answered,
    from (
        select
            {{ listed(survey_keys('person'), 'answers') }}
            codes.question_code,
            bool_or(answers.answer > 0) as has_answered,
        from {{ given_answers() }} as answers
        inner join codes on {{ same('answers', 'codes', ['landed_on', 'delivery', 'answer']) }} and codes.is_multiple
        group by {{ listed(survey_keys('person'), 'answers') }} codes.question_code
    ) as ticked
    inner join people on {{ same('ticked', 'people', survey_keys('person')) }}

),

counted as (

    select
        {{ listed(sample) }}
        sum(people) as base_asked,
        coalesce(sum(people) filter (where has_answered), 0) as base_unweighted,
        sum(weight) filter (where has_answered) as base_weighted,
    from asked
    group by all

),

stated as (

    {% for mart in ['fct_survey_estimate', 'fct_survey_mean'] -%}
        select
            {{ listed(survey_keys('cell')) }}
            base_asked,
            base_unweighted,
            case when raking_loss_pct is null then base_weighted end as base_weighted,
        from {{ ref(mart) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

compared as (

    select
        {{ listed(sample, 'counted') }}
        min(stated.base_asked) = counted.base_asked
        and max(stated.base_asked) = counted.base_asked
        and min(stated.base_unweighted) = counted.base_unweighted
        and max(stated.base_unweighted) = counted.base_unweighted
        and coalesce(max(abs(stated.base_weighted - counted.base_weighted)) <= 1e-9 * counted.base_weighted, true)
            as holds,
    from counted
    left join stated
        on {{ same('counted', 'stated', sample) }} and stated.segment_name = 'all' and stated.segment_value = 'all'
    group by
        {{ listed(sample, 'counted') }}
        counted.base_asked, counted.base_unweighted, counted.base_weighted

),

-- Read by an earlier version, and no longer in landing to be read again: their answers have no numbers, or are not in lists, or
-- they have no profiles.
numbered as (

    select distinct
        {{ listed(survey_keys('sample'), 'people') }}
        people.respondent is not null and unlisted.delivery is null and profiles.profile is not null as holds,
    from people
    left join {{ ref('stg_survey__profiles') }} as profiles
        on {{ same('people', 'profiles', ['landed_on', 'delivery', 'profile']) }}
    left join (
        select distinct
            landed_on,
            delivery,
        from {{ ref('stg_survey__answers') }}
        where given is null
    ) as unlisted on {{ same('people', 'unlisted', ['landed_on', 'delivery']) }}

),

rules as (

    {% for rule, relation, keys in [
        ('the answers of a question share out its base', 'shared', survey_keys('cell')),
        ('net is top less bottom', 'netted', survey_keys('cell')),
        ('bases are those of the lake', 'compared', sample),
        ('respondents have the numbers that answers name them by', 'numbered', survey_keys('sample')),
    ] -%}
        select
            '{{ rule }}' as rule,
            concat_ws('/', {{ joined(keys) }}) as cell,
        from {{ relation }}
        where holds is not true
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from rules

{#
    What an answer counts for in each measure of its question: 1 in its own share and in that of its group; in the net score 1 at
    the top and -1 at the bottom; what it is in the mean of a number or score; '' is the base, in which everybody who answered counts 1.
#}
{%- set question = survey_keys('question') %}
{%- set of_numbers = "case when question_code = " ~ awareness_score() ~ " then 'net' else 'mean' end" %}
with

questions as (

    select questions.*
    from {{ ref('int_survey__questions') }} as questions
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('questions', 'rebuilt', survey_keys('wave')) }}

),

offered as (

    select
        {{ listed(question) }}
        kind,
        answer.answer_code,
        answer.answer_label,
        answer.is_top,
        answer.is_bottom,
    from (
        select
            * exclude (answers),
            unnest(answers) as answer,
        from questions
    ) as listed

),

-- An answer that was given without being offered counts as well, and one that nobody gave is a share of 0.
answers as (

    select * from offered
    union all
    select
        {{ listed(question, 'given') }}
        questions.kind,
        given.answer_code,
        cast(null as varchar) as answer_label,
        false as is_top,
        false as is_bottom,
    from (
        select distinct
            {{ listed(question) }}
            answer_code,
        from {{ ref('int_survey__cells') }}
        where answer_code is not null
    ) as given
    inner join questions on {{ same('given', 'questions', question) }}
    anti join offered on {{ same('given', 'offered', question + ['answer_code']) }}
    where questions.kind <> 'multiple' or given.answer_code not in ('', 'top', 'bottom')

),

groups as (

    {% for group in ['top', 'bottom'] -%}
        select distinct
            {{ listed(question) }}
            '{{ group }}' as measure,
            '{{ group }}' as answer_label,
            case when kind = 'multiple' then '{{ group }}' else answer_code end as answer_code,
            1 as score,
        from answers
        where is_{{ group }}
        union all
    {% endfor -%}
    select
        {{ listed(question) }}
        'net' as measure,
        'net' as answer_label,
        answer_code,
        case when is_top then 1 else 0 end - case when is_bottom then 1 else 0 end as score,
    from answers
    where kind <> 'multiple'
    qualify
        bool_or(is_top) over (partition by {{ joined(question) }})
        and bool_or(is_bottom) over (partition by {{ joined(question) }})

),

scored as (

    select
        {{ listed(question) }}
        '' as measure,
        cast(null as varchar) as answer_label,
        answer_code,
        1 as score,
    from answers
    where kind <> 'multiple'
    union all
    select
        {{ listed(question) }}
        '' as measure,
        cast(null as varchar) as answer_label,
        '' as answer_code,
        1 as score,
    from questions
    where kind = 'multiple'
    union all
    select
        {{ listed(question) }}
        answer_code as measure,
        answer_label,
        answer_code,
        1 as score,
    from answers
    where kind not in ('number', 'score')
    union all
    select
        {{ listed(question) }}
        {{ of_numbers }} as measure,
        {{ of_numbers }} as answer_label,
        answer_code,
        cast(answer_code as double) as score,
    from answers
    where kind in ('number', 'score')
    union all
    -- The mean is missed where nobody has a number.
    select
        {{ listed(question) }}
        {{ of_numbers }} as measure,
        {{ of_numbers }} as answer_label,
        '' as answer_code,
        0 as score,
    from questions
    where kind in ('number', 'score')
    union all
    select * from groups

)

select * from scored

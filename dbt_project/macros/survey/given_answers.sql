{# What respondents answered, a row per respondent, question and answer. #}
{% macro given_answers() -%}
    (
        select
            {{ listed(survey_keys('person')) }}
            given.question,
            given.answer,
        from (
            select
                {{ listed(survey_keys('person')) }}
                unnest(answers) as given,
            from {{ ref('stg_survey__answers') }}
        ) as listed
    )
{%- endmacro %}

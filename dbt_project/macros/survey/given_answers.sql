{# What respondents answered, a row per respondent and answer. #}
{% macro given_answers() -%}
    (
        select
            {{ listed(survey_keys('person')) }}
            unnest(given) as answer,
        from {{ ref('stg_survey__answers') }}
    )
{%- endmacro %}

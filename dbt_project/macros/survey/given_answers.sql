{# What respondents answered, a row per respondent and answer. #}
{% macro given_answers() -%}
    (
        select
            {{ listed(survey_keys('person')) }}
            unnest(given) as answer,
        from {{ ref('stg_survey__answers') }}
    )
{%- endmacro %}

{#
    Of a question with several answers, by respondent: '' in `in_base` of who is in the base, and in `ticked_groups` top and bottom of
    who ticked one of them. `codes` are rows of grouped_answer_codes.
#}
{% macro ticked_boxes(codes) -%}
    (
        select
            {{ listed(survey_keys('person'), 'answers') }}
            codes.question_code,
            case when count(codes.answer_code) > 0 then '' end as in_base,
            list_concat(
                case when bool_or(codes.is_top) then ['top'] else [] end,
                case when bool_or(codes.is_bottom) then ['bottom'] else [] end
            ) as ticked_groups,
        from {{ given_answers() }} as answers
        inner join {{ codes }} as codes
            on {{ same('answers', 'codes', ['landed_on', 'delivery', 'answer']) }} and codes.is_multiple
        group by all
    )
{%- endmacro %}

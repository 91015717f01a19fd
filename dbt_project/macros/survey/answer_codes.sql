{# The codes that the answers of a delivery stand for, by number; NULL for what is no valid answer. #}
{% macro answer_codes() -%}
    (
        select
            landed_on,
            delivery,
            {{ listed(survey_keys('question')) }}
            kind,
            code.answer,
            case when code.answer > 0 then {{ survey_answer_code('code.answer_code') }} end as answer_code,
        from (
            select
                * exclude (codes),
                unnest(codes) as code,
            from {{ ref('stg_survey__questions') }}
        ) as listed
    )
{%- endmacro %}

{# The same, with whether they are boxes to tick, and among the top or the bottom answers of their question. #}
{% macro grouped_answer_codes() -%}
    (
        select
            codes.landed_on,
            codes.delivery,
            codes.question_code,
            codes.answer,
            codes.answer_code,
            questions.kind = 'multiple' as is_multiple,
            list_contains(questions.top_codes, codes.answer_code) as is_top,
            list_contains(questions.bottom_codes, codes.answer_code) as is_bottom,
        from {{ answer_codes() }} as codes
        inner join (
            select
                {{ listed(survey_keys('question')) }}
                kind,
                list_transform(list_filter(answers, lambda a: a.is_top), lambda a: a.answer_code) as top_codes,
                list_transform(list_filter(answers, lambda a: a.is_bottom), lambda a: a.answer_code) as bottom_codes,
            from {{ ref('int_survey__questions') }}
        ) as questions on {{ same('codes', 'questions', survey_keys('question')) }}
    )
{%- endmacro %}

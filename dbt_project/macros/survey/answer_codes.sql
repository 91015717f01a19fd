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

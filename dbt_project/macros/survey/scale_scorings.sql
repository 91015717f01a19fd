{# How a scale is scored: as published, and with don't know as no answer. #}
{% macro scale_scorings() -%}
    select 'published' as scoring, true as counts_dont_know
    union all
    select 'without_dont_know' as scoring, false as counts_dont_know
{%- endmacro %}

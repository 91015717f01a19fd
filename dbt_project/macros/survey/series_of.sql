{# The subject of a survey's KPI without its wave: survey:sample:question:answer. #}
{% macro series_of(subject_id) -%}
    concat(
        split_part({{ subject_id }}, ':', 1),
        substr({{ subject_id }}, length(split_part({{ subject_id }}, ':', 1)) + length(split_part({{ subject_id }}, ':', 2)) + 2)
    )
{%- endmacro %}

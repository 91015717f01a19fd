{# A number that differs between rows that differ in these columns. #}
{% macro row_fingerprint(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

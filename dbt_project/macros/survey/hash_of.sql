{# A number that equal values share, and others hardly ever do. #}
{% macro hash_of(values) -%}
    hash({{ values }})
{%- endmacro %}

{# A number that equal values share, and others hardly ever do. #}
{% macro hash_of(value) -%}
    hash({{ value }})
{%- endmacro %}

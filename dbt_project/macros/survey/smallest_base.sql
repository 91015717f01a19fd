{# Respondents under which no figure is given, so that nobody can be picked out. #}
{% macro smallest_base() -%}
    5
{%- endmacro %}

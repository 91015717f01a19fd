{# Columns of a relation, for a select. #}
{% macro listed(columns, relation='') -%}
    {% for column in columns %}{{ relation ~ '.' if relation }}{{ column }},
    {% endfor %}
{%- endmacro %}

{# The same without a comma behind the last one. #}
{% macro joined(columns, relation='') -%}
    {% for column in columns %}{{ relation ~ '.' if relation }}{{ column }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# Two relations have the same values in these columns, which are never NULL. #}
{% macro same(one, other, columns) -%}
    {% for column in columns %}{{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}

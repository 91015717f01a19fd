{# A ratio of two sums: unknown where either is unknown or the denominator is 0; never an average of ratios. #}
{% macro ratio(numerator, denominator) -%}
    ({{ numerator }}) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

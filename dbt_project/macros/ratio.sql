{# A ratio of two sums: unknown where either is unknown or the denominator is not above 0; never an average of ratios. #}
{% macro ratio(numerator, denominator) -%}
    ({{ numerator }}) / case when {{ denominator }} > 0 then cast({{ denominator }} as double) end
{%- endmacro %}

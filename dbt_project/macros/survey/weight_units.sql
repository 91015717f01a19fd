{#- Weights as whole units of 2^-52 of their scale: sums of integers are exact, so they do not depend on the order of the rows. -#}
{% macro weight_units(relative_weight) -%}
    cast(round(({{ relative_weight }}) * 4503599627370496) as bigint)
{%- endmacro %}

{% macro units_to_weight(units) -%}
    (cast({{ units }} as double) / 4503599627370496)
{%- endmacro %}

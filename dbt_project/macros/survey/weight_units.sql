{# The product of whole numbers of 18 digits at most, exactly. #}
{% macro exact_product(one, other) -%}
    (cast({{ one }} as decimal(19, 0)) * cast({{ other }} as decimal(19, 0)))
{%- endmacro %}

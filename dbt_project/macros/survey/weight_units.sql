{# The product of whole numbers of 18 digits at most, exactly. #}
{% macro exact_product(one, other) -%}
    (cast({{ one }} as decimal(19, 0)) * cast({{ other }} as decimal(19, 0)))
{%- endmacro %}

{# What one unit of weight stands for, by sample. #}
{% macro weight_unit_of_samples() -%}
    select distinct
        {{ listed(survey_keys('sample')) }}
        weight_unit,
    from {{ ref('int_survey__respondents') }}
{%- endmacro %}

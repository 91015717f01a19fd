{# Segments that are held equal where scores are compared by exposure to the campaign, as far as a sample has them. #}
{% macro exposure_controls() -%}
    select unnest(['age_band', 'familiarity', 'gender']) as segment_name
{%- endmacro %}

{#
    How strongly something else would have to go with both exposure and score, as risk ratios, to explain a difference away, given in
    standard deviations of the score: RR + sqrt(RR (RR - 1)) with RR = exp(0.91 |d|) (VanderWeele and Ding 2017).
#}
{% macro e_value(difference) -%}
    (exp(0.91 * abs({{ difference }})) + sqrt(exp(0.91 * abs({{ difference }})) * (exp(0.91 * abs({{ difference }})) - 1)))
{%- endmacro %}

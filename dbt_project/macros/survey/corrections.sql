{# Probabilities corrected for how many tests a family has; `place` is each one's place, the least likely first. #}

{# Holm's step down: as unlikely as the least likely of those that come before. #}
{% macro holm(p_value, tests, place, family) -%}
    least(1, max(({{ tests }} - {{ place }} + 1) * {{ p_value }}) over (
        partition by {{ family }}
        order by {{ place }}
        rows between unbounded preceding and current row
    ))
{%- endmacro %}

{# Benjamini and Hochberg's step up. #}
{% macro benjamini_hochberg(p_value, tests, place, family) -%}
    least(1, min({{ tests }} * {{ p_value }} / {{ place }}) over (
        partition by {{ family }}
        order by {{ place }}
        rows between current row and unbounded following
    ))
{%- endmacro %}

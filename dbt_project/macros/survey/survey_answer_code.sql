{#- An answer really called top, bottom, net or mean is told apart from the measure of that name. -#}
{% macro survey_answer_code(answer_code) -%}
    case when {{ answer_code }} in ('top', 'bottom', 'net', 'mean') then 'answer ' || {{ answer_code }} else {{ answer_code }} end
{%- endmacro %}

{#- An answer really called top, bottom or net is told apart from the group of that name. -#}
{% macro survey_answer_code(answer_code) -%}
    case when {{ answer_code }} in ('top', 'bottom', 'net') then 'answer ' || {{ answer_code }} else {{ answer_code }} end
{%- endmacro %}

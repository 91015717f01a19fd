{# The smallest true difference that a test at 5 % finds four times out of five, by the standard error of the difference. #}
{% macro detectable(standard_error) -%}
    ((1.959963984540054 + 0.8416212335729143) * {{ standard_error }})
{%- endmacro %}

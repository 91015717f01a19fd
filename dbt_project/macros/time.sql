{# The date of an instant in a campaign's reporting zone. #}
{% macro event_on(instant, zone) -%}
    cast(timezone({{ zone }}, {{ instant }}) as date)
{%- endmacro %}

{# True while readings of a date may still change (kpis.md R3). #}
{% macro is_provisional(event_on, source, as_of) -%}
    ({{ event_on }} > {{ as_of }} - {{ var('look_back_days')[source] }})
{%- endmacro %}

{# The date of an instant in a campaign's reporting zone. #}
{% macro event_on(instant, zone) -%}
    cast(timezone({{ zone }}, {{ instant }}) as date)
{%- endmacro %}

{# True while readings of a date may still change. #}
{% macro is_provisional(event_on, source, as_of) -%}
    ({{ event_on }} > {{ as_of }} - {{ look_back_days(source) }})
{%- endmacro %}

{# Days after which readings of a date are taken as settled (when it happened and when it was known are two clocks). #}
{% macro look_back_days(source) -%}
    {{ {'hashtag': 10, 'live': 3, 'survey': 7}[source] }}
{%- endmacro %}

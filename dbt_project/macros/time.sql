{# The date of an instant in a campaign's reporting zone. #}
{% macro event_on(instant, zone) -%}
    cast(timezone({{ zone }}, {{ instant }}) as date)
{%- endmacro %}

{# The instant at which a date is over, by UTC. #}
{% macro end_of(event_on) -%}
    timezone('UTC', cast({{ event_on }} + 1 as timestamp))
{%- endmacro %}

{# The first day of the week that a date lies in; weeks start on that ISO weekday, on Monday where none is given. #}
{% macro week_on(event_on, week_starts_on) -%}
    cast(date_trunc('week', {{ event_on }} - (coalesce({{ week_starts_on }}, 1) - 1)) as date) + (coalesce({{ week_starts_on }}, 1) - 1)
{%- endmacro %}

{# True where a period has a day of the campaign. #}
{% macro touches_campaign(first_on, last_on) -%}
    ({{ last_on }} >= campaigns.starts_on and (campaigns.ends_on is null or {{ first_on }} <= campaigns.ends_on))
{%- endmacro %}

{# True where a date is one of the campaign. #}
{% macro is_in_campaign(event_on) -%}
    {{ touches_campaign(event_on, event_on) }}
{%- endmacro %}

{# True while readings of a date may still change. #}
{% macro is_provisional(event_on, source, as_of) -%}
    ({{ event_on }} > {{ as_of }} - {{ look_back_days(source) }})
{%- endmacro %}

{# Days after which readings of a date are taken as settled (when it happened and when it was known are two clocks). #}
{% macro look_back_days(source) -%}
    (select look_back_days from {{ ref('sources') }} where source = '{{ source }}')
{%- endmacro %}

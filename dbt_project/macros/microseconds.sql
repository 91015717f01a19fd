{# Time in whole microseconds, so that sums of it do not depend on the order of the rows. #}
{% macro epoch_microseconds(instant) -%}
    epoch_us({{ instant }})
{%- endmacro %}

{% macro microseconds_between(from_instant, to_instant) -%}
    (epoch_us({{ to_instant }}) - epoch_us({{ from_instant }}))
{%- endmacro %}

{% macro instant_of(epoch_microseconds) -%}
    make_timestamptz({{ epoch_microseconds }})
{%- endmacro %}

{# The minutes that so many microseconds are. #}
{% macro minutes(microseconds) -%}
    (cast({{ microseconds }} as double) / 60000000)
{%- endmacro %}

{#
    A person's key as the number of 128 bits that it is, which sorts several times faster than its text; by way of its bytes, since those
    are read in a third of the time that the text takes.
#}
{% macro person_number(person_key) -%}
    cast(unhex({{ person_key }}) as uuid)
{%- endmacro %}

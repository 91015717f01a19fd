{# The number of the first device in a list of when each is free again; one more than there are where none is. #}
{% macro first_free_device(until, entered) -%}
    coalesce(list_position(list_transform({{ until }}, lambda free_at: free_at <= {{ entered }}), true), len({{ until }}) + 1)
{%- endmacro %}

{# That list with the device in use until an exit. #}
{% macro with_device_until(until, entered, exited) -%}
    list_concat(
        list_append(list_slice({{ until }}, 1, {{ first_free_device(until, entered) }} - 1), {{ exited }}),
        list_slice({{ until }}, {{ first_free_device(until, entered) }} + 1, len({{ until }}))
    )
{%- endmacro %}

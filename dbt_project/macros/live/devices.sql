{# The number of the first device in a list of when each is free again, or of a new one. #}
{% macro first_free_device(until, entered) -%}
    coalesce(list_position(list_transform({{ until }}, lambda free_at: free_at <= {{ entered }}), true), len({{ until }}) + 1)
{%- endmacro %}

{# That list with the device in use until an exit. #}
{% macro with_device_until(until, entered, exited) -%}
    list_transform(
        list_append({{ until }}, cast(null as bigint))[
            1:greatest(len({{ until }}), {{ first_free_device(until, entered) }})
        ],
        lambda free_at, device: case when device = {{ first_free_device(until, entered) }} then {{ exited }} else free_at end
    )
{%- endmacro %}

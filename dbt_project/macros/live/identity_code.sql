{# What people of a session are known by, as a number in the order of its name: a guest, an id, a full name. #}
{% macro identity_code(identity) -%}
    cast(case {{ identity }} when 'id' then 1 when 'name' then 2 else 0 end as tinyint)
{%- endmacro %}

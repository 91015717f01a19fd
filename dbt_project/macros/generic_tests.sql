{# The grain of a model: no two rows share these columns. #}
{% test unique_grain(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as rows_found
    from {{ rebuilt_rows(model) }} as tested
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{# A condition that must hold in every row; a condition that is NULL fails too. #}
{% test holds(model, condition) %}
    select *
    from {{ rebuilt_rows(model) }} as tested
    where ({{ condition }}) is not true
{% endtest %}

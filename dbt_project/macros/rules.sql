{#
    What is proved of a model in one test: its grain, and conditions that hold in every row. A condition that is NULL is broken too, so that each
    says what may be unknown. One row per rule and row that breaks it.
#}
{% test rules(model, grain, rules={}) %}
    {% set key = "concat_ws('/', " ~ grain | join(', ') ~ ")" %}
    select 'one row per {{ grain | join(', ') }}' as rule, {{ key }} as row_key
    from {{ rebuilt_rows(model) }} as tested
    group by {{ grain | join(', ') }}
    having count(*) > 1
    {% for rule, condition in rules.items() %}
    union all
    select '{{ rule }}' as rule, {{ key }} as row_key
    from {{ rebuilt_rows(model) }} as tested
    where ({{ condition }}) is not true
    {% endfor %}
{% endtest %}

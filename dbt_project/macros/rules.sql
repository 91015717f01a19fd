{#
    What is proved of a mart in one test: its grain, and conditions that hold in every row. A condition that is NULL is broken too, so that
    each says what may be unknown. One row per rule and row that breaks it.
#}
{% test rules(model, grain, rules={}) %}
    {{ broken_rules(model, grain, rules) }}
{% endtest %}

{#
    The same of several models in one test: {model: {grain: [columns], rules: {name: condition}}}, one of the two or both. A table in
    memory is there in the build that made it only.
#}
{% macro broken_rules_of(models) %}
    {%- for name, proved in models.items() if not execute or ref(name).database != 'memory' or load_cached_relation(ref(name)) %}
        {{- broken_rules(ref(name), proved.grain, proved.rules or {}, name ~ ': ') }}
        {{- ' union all' if not loop.last }}
    {%- endfor %}
{% endmacro %}

{% macro broken_rules(relation, grain, rules, prefix='') %}
    {%- set key = "concat_ws('/', " ~ grain | join(', ') ~ ")" if grain else 'null' %}
    {%- set tested = rebuilt_rows(relation) %}
    {%- if grain %}
    select '{{ prefix }}one row per {{ grain | join(', ') }}' as rule, {{ key }} as row_key
    from {{ tested }} as tested
    group by {{ grain | join(', ') }}
    having count(*) > 1
    {%- endif %}
    {{ 'union all' if grain and rules }}
    {%- if rules %}
    select rule, row_key
    from (
        select
            unnest([
                {%- for rule, condition in rules.items() %}
                case when ({{ condition }}) is not true then '{{ prefix }}{{ rule }}' end,
                {%- endfor %}
            ]) as rule,
            {{ key }} as row_key,
        from {{ tested }} as tested
        where ({{ rules.values() | join(') is not true or (') }}) is not true
    ) as broken
    where rule is not null
    {%- endif %}
{% endmacro %}

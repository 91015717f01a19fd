{#
    How DuckDB makes relations: each in place, in a transaction of its own. dbt-duckdb makes a copy under another name and swaps it, and
    looks up columns on the way: several statements a model. Contracts, comments and hooks stay.
#}

{% materialization table, adapter="duckdb" %}
    {%- set relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% do make_table(relation) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{# Strategies are the macros get_incremental_<strategy>_sql. The table keeps the contract that it was made by. #}
{% materialization incremental, adapter="duckdb" %}
    {%- set relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% if load_cached_relation(this) is none or should_full_refresh() %}
        {%- set is_sorted = config.require('incremental_strategy') == 'from_date' and not config.get('comes_in_order') %}
        {% do make_table(relation, config.get('rebuilt_on', 'event_on') if is_sorted) %}
    {% else %}
        {%- set brought = 'temp.main.' ~ this.identifier ~ '__brought' -%}
        {%- set strategy = context['get_incremental_' ~ config.require('incremental_strategy') ~ '_sql'] -%}
        {% call statement('main') -%}
            {% if config.get('incremental_strategy') == 'by_unit' -%}
                {# Such a model reads nothing of itself, so that its rows go straight to where they stay. #}
                {{ strategy({'target_relation': relation, 'temp_relation': '(' ~ sql ~ ')'}) }}
            {%- else -%}
                create or replace temporary table {{ brought }} as {{ sql }};
                {{ strategy({'target_relation': relation, 'temp_relation': brought, 'unique_key': config.get('unique_key')}) }}
                drop table {{ brought }};
            {%- endif %}
        {%- endcall %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% materialization view, adapter="duckdb" %}
    {%- set relation = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        create or replace view {{ relation }} as {{ sql }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{#
    With `ordered_by`, rows of a date lie together, so that a build of a day reads and writes few others. A model that passes on the rows of
    another in their order says `comes_in_order`.
#}
{% macro make_table(relation, ordered_by=none) %}
    {% call statement('main') -%}
        drop table if exists {{ relation }};
        {{ create_table_as(False, relation, 'select * from (' ~ sql ~ ') as built order by ' ~ ordered_by if ordered_by else sql) }}
    {%- endcall %}
    {% do persist_docs(relation, model) %}
{% endmacro %}

{# What a relation and its columns are, said in one statement. A contract has already seen that the columns are there. #}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
    {% if config.persist_relation_docs() %}
        {% call statement('docs') -%}
            comment on {{ relation.type }} {{ relation }} is {{ duckdb_escape_comment(model.description) }};
            {%- for column in model.columns.values() %}
            comment on column {{ relation }}.{{ column.name }} is {{ duckdb_escape_comment(column.description) }};
            {%- endfor %}
        {%- endcall %}
    {% endif %}
{% endmacro %}

{#
    Hook before the last day of landing is rebuilt. DuckDB merges row groups that have become small whenever it writes, and so would
    write most of yesterday's rows of every table once more: it does so in the first build of a week.
#}
{% macro merge_row_groups_weekly() %}
    {% if execute and load_cached_relation(this) is not none %}
        {%- set weeks -%}
            select count(distinct date_trunc('week', as_of)) as weeks
            from (
                select as_of from {{ this }}
                union all
                select max(landed_on) as as_of from {{ ref('stg_lake__deliveries') }}
            ) as days
        {%- endset -%}
        {%- if run_query(weeks).columns[0].values()[0] > 1 %}
            set global max_vacuum_tasks = 100
        {%- endif %}
    {% endif %}
{% endmacro %}

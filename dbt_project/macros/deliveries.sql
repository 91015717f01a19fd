{#
    Incremental by what landed. No calendar: a delivery is rebuilt where its version in the ledger differs from the version
    whose rows are in the warehouse (`intermediate.delivery_state`), so a forgotten day, a late file, a replacement and a
    withdrawal are one case.
#}

{# The state table of one run to the next. It cannot be a model: it is written in the transaction of the rows it describes. #}
{% macro create_delivery_state() %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        create schema if not exists intermediate;
        {% if flags.FULL_REFRESH %}
        drop table if exists intermediate.delivery_state;
        {# A rebuild that is cut off must not pass for the build that was settled before it. #}
        {% if adapter.get_relation(database=target.database, schema='intermediate', identifier='int_lake__settled') is not none %}
        delete from intermediate.int_lake__settled;
        {% endif %}
        {% endif %}
        create table if not exists intermediate.delivery_state (
            lake_table varchar, landed_on date, delivery varchar, rows_hash varchar
        );
    {% endif %}
{% endmacro %}

{# Deliveries of a lake table whose rows must leave the warehouse (was loaded) or enter it (is loaded). #}
{% macro changed_deliveries(lake_table) %}
    select landed_on, delivery, was_loaded, is_loaded
    from {{ ref('int_lake__changed') }}
    where lake_table = '{{ lake_table }}'
{% endmacro %}

{#
    The rows of a staging view that enter the warehouse: those of the changed deliveries that are in effect. The days are
    literals, so that DuckDB opens the files of those days and no others.
#}
{% macro newly_loaded(staging_model, lake_table) %}
    {%- set days = [] -%}
    {%- if execute and flags.WHICH in ('run', 'build') -%}
        {%- set found = run_query(
            "select distinct landed_on from " ~ ref('int_lake__changed') ~ " where lake_table = '" ~ lake_table ~ "' and is_loaded"
        ) -%}
        {%- set days = found.columns[0].values() | sort -%}
    {%- endif %}
    select rows_delivered.*
    from {{ ref(staging_model) }} as rows_delivered
    semi join (
        select landed_on, delivery
        from {{ ref('int_lake__changed') }}
        where lake_table = '{{ lake_table }}' and is_loaded
    ) as changed
        on rows_delivered.landed_on = changed.landed_on and rows_delivered.delivery = changed.delivery
    where rows_delivered.landed_on in (
        date '1970-01-01'{% for day in days %}, date '{{ day }}'{% endfor %}
    )
{% endmacro %}

{# Incremental strategy: the rows of every changed delivery leave, those of its new version enter; one transaction. #}
{% macro get_incremental_replace_deliveries_sql(arg_dict) %}
    delete from {{ arg_dict['target_relation'] }} as target
    using (
        select landed_on, delivery
        from {{ ref('int_lake__changed') }}
        where lake_table = '{{ config.require('lake_table') }}' and was_loaded
    ) as changed
    where target.landed_on = changed.landed_on and target.delivery = changed.delivery;

    insert into {{ arg_dict['target_relation'] }} by name select * from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{# Post-hook of a `replace_deliveries` model, in its transaction: what the warehouse now holds. #}
{% macro remember_deliveries(lake_table) %}
    delete from intermediate.delivery_state
    where lake_table = '{{ lake_table }}';
    insert into intermediate.delivery_state
    select '{{ lake_table }}', landed_on, delivery, rows_hash
    from {{ ref('stg_lake__table_deliveries') }}
    where lake_table = '{{ lake_table }}';
{% endmacro %}

{#
    Incremental strategy: rows that match the touched keys leave, then the rebuilt rows enter; one transaction. `touched` maps a
    model that holds touched keys to the columns to match.
#}
{% macro get_incremental_replace_touched_sql(arg_dict) %}
    {% for touched, keys in config.require('touched').items() %}
    delete from {{ arg_dict['target_relation'] }} as target
    using (select distinct {{ keys | join(', ') }} from {{ ref(touched) }}) as touched
    where {% for key in keys %}target.{{ key }} = touched.{{ key }}{{ ' and ' if not loop.last }}{% endfor %};
    {% endfor %}
    insert into {{ arg_dict['target_relation'] }} by name select * from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{# A model's own rows of the run before, or none: for state that a later model of the same run writes. #}
{% macro previous(model_name, columns) %}
    {%- set relation = adapter.get_relation(database=target.database, schema='intermediate', identifier=model_name) -%}
    {%- if relation is not none and not flags.FULL_REFRESH -%}
        select {{ columns.keys() | join(', ') }} from {{ relation }}
    {%- else -%}
        select {% for name, type in columns.items() %}cast(null as {{ type }}) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
        where false
    {%- endif -%}
{% endmacro %}

{# Post-hook of the last model: nothing is pending any more. Every model of touched keys stands here and in that model's depends_on. #}
{% macro clear_pending() %}
    delete from {{ ref('int_survey__touched') }};
{% endmacro %}

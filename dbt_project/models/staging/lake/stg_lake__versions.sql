{# Written before anything is rebuilt; its post-hook marks what differs from what the models hold. #}
{{ config(materialized='table', post_hook="{{ begin_rebuild() }}") }}
{%- set by_unit = graph.sources.values() | selectattr('config.meta.rebuild_unit', 'defined') | sort(attribute='unique_id') %}
with

deliveries as (

    select * from {{ ref('stg_lake__deliveries') }}

),

-- What a version held was read when it was new.
known as (

    select distinct
        source,
        landed_on,
        delivery,
        state_hash,
        unit,
    from {{ target.database }}.intermediate.held
    where unit is not null

),

units as (

    select * from known
    {% for table in by_unit -%}
    {%- set unread -%}
        select
            deliveries.landed_on,
            deliveries.delivery,
        from {{ ref('stg_lake__deliveries') }} as deliveries
        anti join {{ target.database }}.intermediate.held as held
            on
                deliveries.source = held.source
                and deliveries.landed_on = held.landed_on
                and deliveries.delivery = held.delivery
                and deliveries.state_hash = held.state_hash
        where deliveries.source = '{{ table.source_name }}'
    {%- endset -%}
    {%- set columns = [] -%}
    {%- for column in table.config.meta.rebuild_unit %}{% do columns.append('cast(rows_delivered.' ~ column ~ ' as varchar)') %}{% endfor -%}
    {%- set unit = '[' ~ columns | join(', ') ~ ']' -%}
    {%- set together = table.config.meta.rebuild_together -%}
    union
    select
        deliveries.source,
        deliveries.landed_on,
        deliveries.delivery,
        deliveries.state_hash,
        {% if together -%}
        unnest(
            case when rows_delivered.{{ together }} then [{{ unit }}, [{{ columns[0] }}]] else [{{ unit }}] end
        ) as unit,
        {%- else -%}
        {{ unit }} as unit,
        {%- endif %}
    from {{ lake_files(table.name, unread) }} as rows_delivered
    inner join deliveries
        on
            rows_delivered.landed_on = deliveries.landed_on
            and rows_delivered.delivery = deliveries.delivery
            and deliveries.source = '{{ table.source_name }}'
    {% endfor %}

),

versions as (

    select
        deliveries.source,
        deliveries.landed_on,
        deliveries.delivery,
        deliveries.state_hash,
        deliveries.campaign_id,
        units.unit,
        case when units.unit is null then deliveries.first_on end as first_on,
        case when units.unit is null then deliveries.last_on end as last_on,
    from deliveries
    left join units
        on
            deliveries.source = units.source
            and deliveries.landed_on = units.landed_on
            and deliveries.delivery = units.delivery
            and deliveries.state_hash = units.state_hash

)

select * from versions

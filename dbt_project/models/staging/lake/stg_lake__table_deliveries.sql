with

source as (

    select * from {{ source('lake', 'deliveries') }}

),

lake_tables as (

    {% for source in graph.sources.values() | selectattr('source_name', 'ne', 'lake') | sort(attribute='unique_id') -%}
    select '{{ source.source_name }}' as source, '{{ source.name }}' as lake_table
    {{ 'union all' if not loop.last }}
    {% else -%}
        select
            '' as source,
            '' as lake_table
        where false
    {% endfor %}

),

loaded as (

    select
        lake_tables.lake_table,
        source.source,
        cast(source.landed_on as date) as landed_on,
        source.delivery,
        source.campaign_id,
        source.version,
        source.rows_hash,
    from source
    inner join lake_tables on source.source = lake_tables.source
    where source.status = 'loaded'

)

select * from loaded

{# A seed of that name exists: the model goes by another and is published as meta.metrics. #}
{{ config(alias='metrics', schema='meta') }}

with

metrics_dictionary as (

    select * from {{ ref('metrics') }}

),

told as (

    select
        metrics_dictionary.kpi_id,
        array_to_string(list_sort(list(distinct programmes.name)), ', ') as programmes,
    from metrics_dictionary
    inner join {{ ref('programmes') }} as programmes
        on concat(' ', programmes.kpi_ids, ' ') like concat('% ', metrics_dictionary.kpi_id, ' %')
    group by metrics_dictionary.kpi_id

),

typed as (

    select
        metrics_dictionary.kpi_id,
        metrics_dictionary.name,
        metrics_dictionary.definition,
        metrics_dictionary.formula,
        metrics_dictionary.grain,
        metrics_dictionary.unit,
        metrics_dictionary.additivity,
        metrics_dictionary.direction,
        metrics_dictionary.source,
        metrics_dictionary.owner,
        cast(metrics_dictionary.version as bigint) as version,
        metrics_dictionary.is_built,
        told.programmes,
    from metrics_dictionary
    left join told on metrics_dictionary.kpi_id = told.kpi_id

)

select * from typed

{# A seed of that name exists: the model goes by another and is published as meta.metrics. #}
{{ config(alias='metrics', schema='meta') }}

with

metrics_dictionary as (

    select * from {{ ref('metrics') }}

),

typed as (

    select
        kpi_id,
        name,
        definition,
        formula,
        grain,
        unit,
        additivity,
        direction,
        source,
        owner,
        cast(version as bigint) as version,
        is_built,
    from metrics_dictionary

)

select * from typed

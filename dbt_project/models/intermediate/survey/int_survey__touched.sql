{#
    Pending: the last model clears it, after every model that rebuilds touched waves. The warehouse's own waves are read before
    anything replaces them, so that a wave which only the old version of a delivery held is rebuilt too.
#}
{{ config(materialized='incremental', incremental_strategy='append') }}

with

changed as (

    {{ changed_deliveries('survey_waves') }}

),

held as (

    {{
        previous('int_survey__waves', {
            'campaign_id': 'varchar', 'survey_id': 'varchar', 'wave': 'varchar',
            'fieldwork_to': 'date', 'landed_on': 'date', 'delivery': 'varchar',
        })
    }}

),

settled as (

    {{ previous('int_lake__settled', {'as_of': 'date'}) }}

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

delivered as (

    {{ newly_loaded('stg_survey__waves', 'survey_waves') }}

),

replaced as (

    select
        held.campaign_id,
        held.survey_id,
        held.wave,
    from held
    inner join changed
        on
            held.landed_on = changed.landed_on
            and held.delivery = changed.delivery

),

-- Waves that were provisional when the warehouse was last built and are not any more, or the other way round.
matured as (

    select
        held.campaign_id,
        held.survey_id,
        held.wave,
    from held
    cross join settled
    cross join as_of
    where
        {{ is_provisional('held.fieldwork_to', 'survey', 'settled.as_of') }}
        is distinct from {{ is_provisional('held.fieldwork_to', 'survey', 'as_of.as_of') }}

),

touched as (

    select
        campaign_id,
        survey_id,
        wave,
    from delivered
    union
    select
        campaign_id,
        survey_id,
        wave,
    from replaced
    union
    select
        campaign_id,
        survey_id,
        wave,
    from matured

)

select * from touched

with

source as (

    select * from {{ source('survey', 'survey_waves') }}

),

typed as (

    select
        campaign_id,
        survey_id,
        wave,
        title,
        cast(fieldwork_from as date) as fieldwork_from,
        cast(fieldwork_to as date) as fieldwork_to,
        mode,
        population,
        sampling,
        cast(samples as struct(sample varchar, country varchar, is_weighted boolean)[]) as samples,
        cast(landed_on as date) as landed_on,
        delivery,
    from source

)

select * from typed

with

source as (

    select * from {{ source('survey', 'survey_respondents') }}

),

typed as (

    select
        campaign_id,
        survey_id,
        wave,
        respondent_key,
        sample,
        country,
        cast(weight as double) as weight,
        cast(is_weighted as boolean) as is_weighted,
        cluster,
        stratum,
        cast(fpc as double) as fpc,
        cast(segments as struct(segment_name varchar, segment_value varchar)[]) as segments,
        cast(landed_on as date) as landed_on,
        delivery,
    from source

)

select * from typed

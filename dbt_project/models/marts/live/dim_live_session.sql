with

bounds as (

    select * from {{ ref('int_live__session_bounds') }}

),

selected as (

    select
        campaign_id,
        session_id,
        title,
        advocate,
        topic,
        platform,
        language,
        country,
        starts_at,
        ends_at,
    from bounds

)

select * from selected

with

bounds as (

    select * from {{ ref('int_live__session_bounds') }}

),

touched as (

    select distinct
        campaign_id,
        session_id,
    from {{ ref('int_live__touched') }}

),

pending as (

    select bounds.*
    from bounds
    inner join touched
        on
            bounds.campaign_id = touched.campaign_id
            and bounds.session_id = touched.session_id

)

select * from pending

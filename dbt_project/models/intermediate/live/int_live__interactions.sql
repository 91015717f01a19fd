{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

delivered as (

    select
        interactions.campaign_id,
        interactions.session_id,
        interactions.happened_at,
        interactions.kind,
        interactions.amount,
    from {{ ref('stg_live__interactions') }} as interactions
    semi join {{ rebuilt_units('live') }} as rebuilt
        on
            interactions.campaign_id = rebuilt.campaign_id
            and interactions.session_id = rebuilt.session_id
    -- The same event may be delivered again.
    qualify row_number() over (
        partition by interactions.campaign_id, interactions.session_id, interactions.event_id
        order by interactions.landed_on desc, interactions.delivery desc
    ) = 1

)

select
    campaign_id,
    session_id,
    date_trunc('minute', happened_at) as minute_at,
    kind,
    count(*) as events,
    cast(sum(amount) as bigint) as interactions,
from delivered
group by campaign_id, session_id, date_trunc('minute', happened_at), kind

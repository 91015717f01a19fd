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
    delivered.campaign_id,
    delivered.session_id,
    date_trunc('minute', delivered.happened_at) as minute_at,
    delivered.kind,
    count(*) as events,
    cast(sum(delivered.amount) as bigint) as interactions,
    cast(
        sum(
            case
                when delivered.happened_at between sessions.starts_at and sessions.ends_at then 1
                when sessions.starts_at is not null and sessions.ends_at is not null then 0
            end
        ) as bigint
    ) as events_within,
from delivered
left join {{ rebuilt_rows(ref('int_live__sessions')) }} as sessions
    on
        delivered.campaign_id = sessions.campaign_id
        and delivered.session_id = sessions.session_id
group by delivered.campaign_id, delivered.session_id, date_trunc('minute', delivered.happened_at), delivered.kind

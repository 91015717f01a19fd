{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

delivered as (

    select
        sessions.*,
        row_number() over (
            partition by sessions.campaign_id, sessions.session_id
            order by sessions.landed_on, sessions.delivery
        ) as delivery_number,
        case sessions.bounds_basis
            when 'note' then 1
            when 'file' then 2
            else 3
        end as bounds_rank,
    from {{ ref('stg_live__sessions') }} as sessions
    semi join {{ rebuilt_units('live') }} as rebuilt
        on
            sessions.campaign_id = rebuilt.campaign_id
            and sessions.session_id = rebuilt.session_id

),

ranked as (

    select
        *,
        min(case when starts_at is not null then bounds_rank end) over by_session as start_rank,
        min(case when ends_at is not null then bounds_rank end) over by_session as end_rank,
    from delivered
    window by_session as (partition by campaign_id, session_id)

),

-- Of bounds in notes the latest holds; of those in files, and of events, the first and the last, whichever delivery has them.
merged as (

    select
        campaign_id,
        session_id,
        max_by(title, delivery_number) filter (where title is not null) as title,
        max_by(advocate, delivery_number) filter (where advocate is not null) as advocate,
        max_by(topic, delivery_number) filter (where topic is not null) as topic,
        max_by(platform, delivery_number) filter (where platform is not null) as platform,
        max_by(language, delivery_number) filter (where language is not null) as language,
        max_by(country, delivery_number) filter (where country is not null) as country,
        case
            when bool_or(basis = 'intervals') then 'intervals'
            when bool_or(basis = 'samples') then 'samples'
            else 'registrations'
        end as basis,
        case
            when bool_or(basis = 'intervals' and identity = 'id') then 'id'
            when bool_or(basis = 'intervals') then 'name'
            else 'none'
        end as identity,
        case
            when min(start_rank) > 1 then min(starts_at) filter (where bounds_rank = start_rank)
            else max_by(starts_at, delivery_number) filter (where bounds_rank = start_rank and starts_at is not null)
        end as starts_at,
        case
            when min(end_rank) > 1 then max(ends_at) filter (where bounds_rank = end_rank)
            else max_by(ends_at, delivery_number) filter (where bounds_rank = end_rank and ends_at is not null)
        end as ends_at,
        count(*) as deliveries,
    from ranked
    group by campaign_id, session_id

),

dated as (

    select
        merged.*,
        {{ event_on('merged.starts_at', 'campaigns.reporting_timezone') }} as event_on,
        coalesce(merged.country, 'unknown') as market,
    from merged
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on merged.campaign_id = campaigns.campaign_id

)

select
    dated.*,
    coalesce({{ is_in_campaign('dated.event_on') }}, false) as is_in_campaign,
from dated
inner join {{ ref('stg_campaign__campaigns') }} as campaigns on dated.campaign_id = campaigns.campaign_id

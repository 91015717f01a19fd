with

events as (

    select
        campaign_id,
        activation,
        asset_id,
        event_on,
        bool_or(is_known) as is_known,
        count(case when excluded is null then 1 end) as events,
        count(*) as events_gross,
        count(distinct case when excluded is null then person_key end) as unique_people,
        count(distinct person_key) as unique_people_gross,
        count(case when excluded is null and person_key is null then 1 end) as events_without_person,
        count(case when not is_exact_key then 1 end) as events_with_built_key,
    from {{ ref('int_activation__events') }}
    group by campaign_id, activation, asset_id, event_on

),

-- People of two rows may be the same; of rows of which one does not tell its events no sum is known.
counts as (

    select
        campaign_id,
        activation,
        asset_id,
        event_on,
        bool_or(is_known) as is_known,
        cast(case when count(events) = count(*) then sum(events) end as bigint) as events,
        case when count(*) = 1 then max(unique_people) end as unique_people,
    from {{ ref('int_activation__counted_days') }}
    where not {{ is_sensitive('activation') }}
    group by campaign_id, activation, asset_id, event_on

),

combined as (

    select
        coalesce(events.campaign_id, counts.campaign_id) as campaign_id,
        coalesce(events.activation, counts.activation) as activation,
        coalesce(events.asset_id, counts.asset_id) as asset_id,
        coalesce(events.event_on, counts.event_on) as event_on,
        case when events.campaign_id is not null then 'events' else 'counts' end as basis,
        coalesce(events.is_known, counts.is_known) as is_known,
        case when events.campaign_id is not null then events.events else counts.events end as events,
        events.events_gross,
        case
            when events.campaign_id is null then counts.unique_people
            when events.unique_people > 0 or events.events = 0 then events.unique_people
        end as unique_people,
        nullif(events.unique_people_gross, 0) as unique_people_gross,
        events.events_without_person,
        events.events_with_built_key,
        counts.events as counted_events,
        counts.unique_people as counted_people,
    from events
    full outer join counts
        on
            events.campaign_id = counts.campaign_id
            and events.activation = counts.activation
            and events.asset_id = counts.asset_id
            and events.event_on = counts.event_on

)

select
    combined.campaign_id,
    combined.activation,
    combined.asset_id,
    combined.event_on,
    combined.basis,
    combined.is_known,
    combined.events,
    combined.events_gross,
    combined.unique_people,
    combined.unique_people_gross,
    combined.events_without_person,
    combined.events_with_built_key,
    combined.counted_events,
    combined.counted_people,
    {{ is_provisional('combined.event_on', 'activation', 'as_of.as_of') }} as is_provisional,
    case when combined.events is null or combined.unique_people is null then 'not_reported' end as reason,
from combined
cross join {{ ref('int_lake__as_of') }} as as_of

{#
    What people did, but for tests, bots and bursts, and whether the campaign was going on. What they did before it tells what is their first,
    what they did after it how it went on. Who reads a guide's last section completes it.
#}
{{ config(materialized='view') }}
select
    events.campaign_id,
    events.event_on,
    events.happened_at,
    events.event_key,
    case
        when events.activation = 'guide.section_read' and events.section >= assets.sections then 'guide.completed'
        else events.activation
    end as activation,
    events.activation as reported_as,
    events.asset_id,
    events.asset_version,
    coalesce(events.feature, assets.feature) as feature,
    events.is_automatic,
    events.market,
    events.person_key,
    {{ is_in_campaign('events.event_on') }} as is_in_campaign,
from {{ ref('int_activation__events') }} as events
inner join {{ ref('stg_campaign__campaigns') }} as campaigns on events.campaign_id = campaigns.campaign_id
left join {{ ref('assets') }} as assets
    on
        events.asset_id = assets.asset_id
        and events.asset_version is not distinct from assets.version
where events.excluded is null

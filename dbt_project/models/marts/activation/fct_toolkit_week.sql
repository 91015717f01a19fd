select
    events.campaign_id,
    events.asset_id as toolkit,
    coalesce(events.asset_version, 'unknown') as version,
    {{ week_on('events.event_on', '1') }} as week_on,
    max(assets.title) as title,
    max(assets.language) as language,
    count(case when events.excluded is null then 1 end) as downloads,
    count(*) as downloads_gross,
    count(distinct case when events.excluded is null then events.person_key end) as unique_people,
    count(case when events.excluded is null and events.person_key is null then 1 end) as downloads_without_person,
from {{ ref('int_activation__events') }} as events
left join {{ ref('assets') }} as assets
    on
        events.asset_id = assets.asset_id
        and events.asset_version is not distinct from assets.version
where events.activation = 'toolkit.downloaded'
group by events.campaign_id, events.asset_id, coalesce(events.asset_version, 'unknown'), {{ week_on('events.event_on', '1') }}

{#
    An event may be delivered again, also with another time where a clock was corrected anew: its first time is the one it keeps. More than
    60 events of a person in a minute are no person's (rule version 1).
#}
{{ config(materialized='incremental', incremental_strategy='from_date') }}
with

dated as (

    select
        events.campaign_id,
        {{ event_on('events.happened_at', 'campaigns.reporting_timezone') }} as event_on,
        events.happened_at,
        {{ person_number('events.event_key') }} as event_key,
        events.is_exact_key,
        events.activation,
        events.is_known,
        coalesce(events.asset_id, 'unknown') as asset_id,
        events.asset_version,
        events.section,
        events.feature,
        events.content_key,
        events.session_id,
        coalesce(events.is_automatic, false) as is_automatic,
        events.language,
        coalesce(events.market, 'unknown') as market,
        {{ person_number('events.person_key') }} as person_key,
        events.excluded,
        events.landed_on,
        events.delivery,
    from {{ ref('stg_activation__events') }} as events
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on events.campaign_id = campaigns.campaign_id

),

rebuilt as (

    {{ first_told('dated', 'happened_at', 'event_on') }}

),

judged as (

    select
        *,
        count(case when excluded is null then 1 end) over (
            partition by campaign_id, person_key, date_trunc('minute', happened_at)
        ) > 60 and person_key is not null as is_burst,
    from rebuilt

)

select
    campaign_id,
    event_on,
    happened_at,
    event_key,
    is_exact_key,
    activation,
    is_known,
    asset_id,
    asset_version,
    section,
    feature,
    content_key,
    session_id,
    is_automatic,
    language,
    market,
    person_key,
    coalesce(excluded, case when is_burst then 'burst' end) as excluded,
from judged

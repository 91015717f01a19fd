{#
    A video that its supplier no longer delivers is gone where the seed absence_rules says after how many of the supplier's captures;
    without a rule for the supplier it is only not seen lately. A video that was not read again is written anew only where its state or
    its programme has changed.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='from_date',
        rebuilt_on='last_captured_on',
        unique_key=['campaign_id', 'video_id'],
        on_schema_change='fail',
    )
}}
{%- set shown = [
    'platform', 'view_definition', 'creator_key', 'created_at', 'created_on', 'creator_country', 'hashtags', 'duration_seconds',
] %}
with

captures as (

    select
        campaign_id,
        supplier,
        event_on,
        lead(event_on) over (partition by campaign_id, supplier order by event_on) as next_on,
        count(*) over (partition by campaign_id, supplier)
        - row_number() over (partition by campaign_id, supplier order by event_on) as captures_since,
        max(event_on) over (partition by campaign_id) as last_capture_on,
    from {{ ref('int_hashtag__supplier_days') }}

),

rules as (

    select
        suppliers.supplier,
        coalesce(own.absent_captures, common.absent_captures) as absent_captures,
        coalesce(own.state, common.state) as state,
    from (
        select distinct supplier
        from captures
    ) as suppliers
    left join {{ ref('absence_rules') }} as own on suppliers.supplier = own.supplier
    left join {{ ref('absence_rules') }} as common on common.supplier = '*'

),

described as (

    select
        videos.campaign_id,
        videos.video_id,
        programmes.programme,
        case
            when captures.captures_since >= rules.absent_captures then rules.state
            when videos.event_on > captures.last_capture_on - {{ look_back_days('hashtag') }} then 'observed'
            else 'not_seen_lately'
        end as state,
        captures.next_on,
        videos.first_on,
        videos.event_on,
        {{ listed(shown, 'videos') }}
    from {{ ref('int_hashtag__videos') }} as videos
    inner join captures
        on
            videos.campaign_id = captures.campaign_id
            and videos.supplier = captures.supplier
            and videos.event_on = captures.event_on
    left join rules on videos.supplier = rules.supplier
    left join {{ ref('int_hashtag__programmes') }} as programmes
        on videos.campaign_id = programmes.campaign_id and videos.video_id = programmes.video_id

),

dated as (

    select
        *,
        case when state = 'observed' then first_on else coalesce(next_on, event_on) end as state_since,
    from described

),

changed as (

    select dated.*
    from dated
    left join {{ rebuild_from('hashtag') }} as rebuilds on dated.campaign_id = rebuilds.campaign_id
    {%- if is_incremental() %}
        left join {{ this }} as known
            on
                dated.campaign_id = known.campaign_id
                and dated.video_id = known.video_id
                and dated.event_on = known.last_captured_on
        where
            known.video_id is null
            or dated.event_on >= rebuilds.rebuild_from
            or dated.state <> known.state
            or dated.state_since <> known.state_since
            or dated.programme is distinct from known.programme
    {%- endif %}

)

select
    campaign_id,
    video_id,
    {{ listed(shown) }}
    programme,
    state,
    state_since,
    first_on as first_captured_on,
    event_on as last_captured_on,
from changed

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
    )
}}
{%- set shown = [
    'platform', 'view_definition', 'creator_key', 'created_at', 'created_on', 'creator_country', 'hashtags', 'duration_seconds',
] %}
with

captures as (

    select
        days.campaign_id,
        days.supplier,
        days.event_on,
        lead(days.event_on) over (partition by days.campaign_id, days.supplier order by days.event_on) as next_on,
        count(*) over (partition by days.campaign_id, days.supplier)
        - row_number() over (partition by days.campaign_id, days.supplier order by days.event_on) as captures_since,
        max(days.event_on) over (partition by days.campaign_id) as last_capture_on,
        -- The same of the captures that this build leaves as they were.
        sum(case when days.event_on < rebuilds.rebuild_from then 1 else 0 end) over (partition by days.campaign_id, days.supplier)
        - row_number() over (partition by days.campaign_id, days.supplier order by days.event_on) as old_captures_since,
        max(case when days.event_on < rebuilds.rebuild_from then days.event_on end)
            over (partition by days.campaign_id) as last_old_capture_on,
    from {{ ref('int_hashtag__supplier_days') }} as days
    left join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id

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

-- Settled is what the old captures alone show to the end: no capture that follows them changes it.
dates as (

    select
        captures.campaign_id,
        captures.supplier,
        captures.event_on,
        captures.next_on,
        case
            when captures.captures_since >= rules.absent_captures then rules.state
            when captures.event_on > captures.last_capture_on - {{ look_back_days('hashtag') }} then 'observed'
            else 'not_seen_lately'
        end as state,
        captures.old_captures_since > 0
        and case
            when rules.absent_captures is not null then captures.old_captures_since >= rules.absent_captures
            else captures.event_on <= captures.last_old_capture_on - {{ look_back_days('hashtag') }}
        end as is_settled,
    from captures
    left join rules on captures.supplier = rules.supplier

),

{%- if is_incremental() %}

    unsettled as (

        select * from dates
        where not is_settled

    ),

    -- Videos whose last reading has left, or whose programme has changed.
    reopened as (

        select
            known.campaign_id,
            known.video_id,
        from {{ this }} as known
        inner join {{ rebuild_from('hashtag') }} as rebuilds on known.campaign_id = rebuilds.campaign_id
        where known.last_captured_on >= rebuilds.rebuild_from
        union
        select
            programmes.campaign_id,
            programmes.video_id,
        from {{ ref('int_hashtag__programmes') }} as programmes
        inner join {{ this }} as known
            on programmes.campaign_id = known.campaign_id and programmes.video_id = known.video_id
        where programmes.programme is distinct from known.programme

    ),

    videos as (

        select videos.*
        from {{ ref('int_hashtag__videos') }} as videos
        semi join unsettled on {{ same('videos', 'unsettled', ['campaign_id', 'supplier', 'event_on']) }}
        union all
        select videos.*
        from {{ ref('int_hashtag__videos') }} as videos
        semi join reopened on {{ same('videos', 'reopened', ['campaign_id', 'video_id']) }}
        anti join unsettled on {{ same('videos', 'unsettled', ['campaign_id', 'supplier', 'event_on']) }}

    ),
{%- else %}

    videos as (

        select * from {{ ref('int_hashtag__videos') }}

    ),
{%- endif %}

described as (

    select
        videos.campaign_id,
        videos.video_id,
        programmes.programme,
        dates.state,
        case when dates.state = 'observed' then videos.first_on else coalesce(dates.next_on, videos.event_on) end as state_since,
        videos.first_on,
        videos.event_on,
        {{ listed(shown, 'videos') }}
    from videos
    inner join dates on {{ same('videos', 'dates', ['campaign_id', 'supplier', 'event_on']) }}
    left join {{ ref('int_hashtag__programmes') }} as programmes
        on videos.campaign_id = programmes.campaign_id and videos.video_id = programmes.video_id

),

changed as (

    select described.*
    from described
    left join {{ rebuild_from('hashtag') }} as rebuilds on described.campaign_id = rebuilds.campaign_id
    {%- if is_incremental() %}
        left join {{ this }} as known
            on
                described.campaign_id = known.campaign_id
                and described.video_id = known.video_id
                and described.event_on = known.last_captured_on
        where
            known.video_id is null
            or described.event_on >= rebuilds.rebuild_from
            or described.state <> known.state
            or described.state_since <> known.state_since
            or described.programme is distinct from known.programme
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

{#
    A video that its supplier no longer delivers is gone where the seed absence_rules says after how many of the supplier's captures;
    without a rule for the supplier it is only not seen lately.
#}
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

seen as (

    select
        videos.campaign_id,
        videos.video_id,
        videos.platform,
        videos.view_definition,
        videos.creator_key,
        videos.created_at,
        videos.created_on,
        videos.creator_country,
        videos.hashtags,
        programmes.programme,
        case
            when captures.captures_since >= rules.absent_captures then rules.state
            when videos.event_on > captures.last_capture_on - {{ look_back_days('hashtag') }} then 'observed'
            else 'not_seen_lately'
        end as state,
        captures.next_on,
        videos.duration_seconds,
        videos.first_on,
        videos.event_on,
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

described as (

    select
        * exclude (next_on, first_on, event_on),
        case when state = 'observed' then first_on else coalesce(next_on, event_on) end as state_since,
        first_on as first_captured_on,
        event_on as last_captured_on,
    from seen

)

select * from described

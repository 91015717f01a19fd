{#
    Across the hashtag tables, on the dates that were rebuilt: the net changes of a counter by one definition add up to its last known
    value less what was known before them; a hashtag's day is the sum over the videos that carried it as they were read; markets add up to all.
#}
with

video_days as (

    select * from {{ rebuilt_rows(ref('int_hashtag__video_days')) }}

),

facts as (

    select * from {{ rebuilt_rows(ref('fct_hashtag_video_day')) }}

),

subject_days as (

    select * from {{ rebuilt_rows(ref('int_hashtag__subject_days')) }}

),

known as (

    {% for counter in counters() -%}
        select
            facts.campaign_id,
            facts.video_id,
            '{{ counter }}' as counter,
            facts.event_on,
            video_days.metric_definition,
            facts.{{ counter }} as net,
            facts.{{ counter }}_total as total,
            coalesce({{ or_from_zero('video_days.' ~ counter ~ '_before', 'video_days') }}, facts.{{ counter }}_total) as before,
        from facts
        inner join video_days
            on
                facts.campaign_id = video_days.campaign_id
                and facts.video_id = video_days.video_id
                and facts.event_on = video_days.event_on
        where facts.{{ counter }}_total is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

netted as (

    select
        campaign_id,
        concat_ws(' ', video_id, counter) as subject,
    from known
    group by campaign_id, video_id, counter, metric_definition
    having coalesce(sum(net), 0) <> max_by(total, event_on) - min_by(before, event_on)

),

tagged as (

    select
        video_days.campaign_id,
        video_days.event_on,
        unnest(video_days.hashtags) as hashtag,
        facts.views,
        video_days.view_definition,
        facts.likes + facts.comments + facts.shares as engagements_lcs,
    from video_days
    inner join facts
        on
            video_days.campaign_id = facts.campaign_id
            and video_days.video_id = facts.video_id
            and video_days.event_on = facts.event_on

),

summed as (

    select
        campaign_id,
        hashtag,
        event_on,
        case when count(distinct view_definition) = 1 then sum(views) end as views,
        sum(engagements_lcs) as engagements_lcs,
        count(*) as video_readings,
    from tagged
    group by campaign_id, hashtag, event_on

),

carried as (

    select
        days.campaign_id,
        concat_ws(' ', days.hashtag, days.event_on) as subject,
    from {{ ref('fct_hashtag_day') }} as days
    semi join video_days on days.campaign_id = video_days.campaign_id and days.event_on = video_days.event_on
    left join summed
        on
            days.campaign_id = summed.campaign_id
            and days.hashtag = summed.hashtag
            and days.event_on = summed.event_on
    where
        days.views is distinct from summed.views
        or days.engagements_lcs is distinct from summed.engagements_lcs
        or days.video_readings <> coalesce(summed.video_readings, 0)

),

added as (

    select
        campaign_id,
        concat_ws(' ', subject_type, subject_id, event_on, view_definition) as subject,
    from subject_days
    group by campaign_id, subject_type, subject_id, event_on, view_definition
    having
        count(*) > 1
        and (
            sum(views) filter (where market = 'all') is distinct from sum(views) filter (where market <> 'all')
            or sum(engagements_lcs) filter (where market = 'all')
            is distinct from sum(engagements_lcs) filter (where market <> 'all')
        )

)

select
    'net adds up to last minus first' as rule,
    *,
from netted
union all
select
    'a hashtag has what its videos have' as rule,
    *,
from carried
union all
select
    'markets add up to all' as rule,
    *,
from added

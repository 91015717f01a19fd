{#
    Whether partners published what was agreed, and how the views of a video's first 7 days compare with what is usual for its creator:
    the median of their last ten posts before it, of those that were read when they were 7 days old. What lies between two readings is
    not made up, and a post that was paid for says nothing of what is usual.
#}
{%- set most_before, fewest_before = 10, 5 %}
with

agreed as (

    select
        deliverables.campaign_id,
        deliverables.deliverable_id,
        deliverables.partner_id,
        partners.name as partner,
        partners.tier,
        coalesce(partners.market, 'unknown') as market,
        deliverables.due_on,
        coalesce(videos.created_on, deliverables.published_on) as published_on,
        deliverables.video_id,
        deliverables.is_boosted,
        videos.created_at,
        videos.creator_key,
        videos.view_definition,
    from {{ ref('deliverables') }} as deliverables
    inner join {{ ref('partners') }} as partners
        on deliverables.campaign_id = partners.campaign_id and deliverables.partner_id = partners.partner_id
    left join {{ ref('int_hashtag__videos') }} as videos
        on deliverables.campaign_id = videos.campaign_id and deliverables.video_id = videos.video_id

),

paid as (

    select
        campaign_id,
        video_id,
    from {{ ref('programme_videos') }}
    where programme = 'paid'
    union
    select
        campaign_id,
        video_id,
    from agreed
    where is_boosted

),

week_old as (

    select
        days.campaign_id,
        days.video_id,
        days.creator_key,
        days.view_definition,
        days.created_at,
        days.views_read as views,
    from {{ ref('int_hashtag__video_days') }} as days
    semi join agreed
        on
            days.campaign_id = agreed.campaign_id
            and (days.creator_key = agreed.creator_key or days.video_id = agreed.video_id)
    where date_diff('day', days.created_on, days.event_on) = 7 and days.views_read is not null
    qualify row_number() over (partition by days.campaign_id, days.video_id order by days.event_on desc) = 1

),

-- Counted as the video itself was at that age.
before as (

    select
        agreed.campaign_id,
        agreed.deliverable_id,
        week_old.views,
    from agreed
    left join week_old as own on agreed.campaign_id = own.campaign_id and agreed.video_id = own.video_id
    inner join week_old
        on
            agreed.campaign_id = week_old.campaign_id
            and agreed.creator_key = week_old.creator_key
            and coalesce(own.view_definition, agreed.view_definition) = week_old.view_definition
            and week_old.created_at < agreed.created_at
    anti join paid on week_old.campaign_id = paid.campaign_id and week_old.video_id = paid.video_id
    qualify row_number() over (
        partition by agreed.campaign_id, agreed.deliverable_id
        order by week_old.created_at desc, week_old.video_id desc
    ) <= {{ most_before }}

),

usual as (

    select
        campaign_id,
        deliverable_id,
        count(*) as posts_before,
        median(views) as usual_views,
    from before
    group by campaign_id, deliverable_id

),

compared as (

    select
        agreed.campaign_id,
        agreed.deliverable_id,
        agreed.partner_id,
        agreed.partner,
        agreed.tier,
        agreed.market,
        agreed.due_on,
        agreed.published_on,
        case
            when agreed.published_on <= agreed.due_on then 'in_time'
            when agreed.published_on > agreed.due_on then 'late'
            when agreed.due_on < as_of.as_of then 'overdue'
            else 'not_yet_due'
        end as status,
        agreed.video_id,
        agreed.is_boosted,
        week_old.views as views_7d,
        coalesce(usual.posts_before, 0) as posts_before,
        case when usual.posts_before >= {{ fewest_before }} then usual.usual_views end as usual_views_7d,
        as_of.as_of,
    from agreed
    cross join {{ ref('int_lake__as_of') }} as as_of
    left join week_old on agreed.campaign_id = week_old.campaign_id and agreed.video_id = week_old.video_id
    left join usual on agreed.campaign_id = usual.campaign_id and agreed.deliverable_id = usual.deliverable_id

)

select
    * exclude (as_of),
    {{ ratio('views_7d', 'usual_views_7d') }} as uplift,
    coalesce(published_on, due_on) + 7 > as_of - {{ look_back_days('hashtag') }} as is_provisional,
    case
        when published_on is null then 'not_published'
        when views_7d is null and published_on + 7 >= as_of then 'not_yet_observed'
        when views_7d is null then 'no_reading'
        when usual_views_7d is null then 'few_posts_before'
        when usual_views_7d = 0 then 'no_denominator'
    end as reason,
from compared
where as_of is not null

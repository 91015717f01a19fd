{# Distinct creators by day, week and campaign to date: uniques are counted again for every period, never summed. #}
with

videos as (

    select * from {{ ref('int_hashtag__videos') }}

),

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

),

seeded as (

    select * from {{ ref('stg_campaign__hashtags') }}

),

memberships as (

    {{ hashtag_subjects('videos') }}

),

posts as (

    select
        memberships.campaign_id,
        memberships.subject_type,
        memberships.subject_id,
        markets.market,
        videos.created_on,
        videos.creator_key,
    from memberships
    inner join videos on memberships.campaign_id = videos.campaign_id and memberships.video_id = videos.video_id
    inner join campaigns on memberships.campaign_id = campaigns.campaign_id
    left join seeded
        on
            memberships.campaign_id = seeded.campaign_id
            and memberships.subject_type = 'hashtag'
            and memberships.subject_id = seeded.hashtag
    cross join lateral (select unnest([memberships.market, 'all']) as market) as markets
    where
        videos.creator_key is not null
        and videos.created_on >= campaigns.starts_on
        and videos.created_on <= coalesce(campaigns.ends_on, videos.created_on)
        and (memberships.subject_type = 'campaign' or seeded.hashtag is not null)

),

per_day as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'day' as period,
        created_on as event_on,
        count(distinct creator_key) as unique_creators,
    from posts
    group by campaign_id, subject_type, subject_id, market, created_on

),

per_week as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'week' as period,
        cast(date_trunc('week', created_on) as date) as event_on,
        count(distinct creator_key) as unique_creators,
    from posts
    group by campaign_id, subject_type, subject_id, market, date_trunc('week', created_on)

),

first_posts as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        creator_key,
        min(created_on) as created_on,
    from posts
    group by campaign_id, subject_type, subject_id, market, creator_key

),

arrivals as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        created_on as event_on,
        count(*) as creators,
    from first_posts
    group by campaign_id, subject_type, subject_id, market, created_on

),

-- Somebody new is added on the day of their first post, so a running sum counts everybody once.
to_date_ as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'campaign_to_date' as period,
        event_on,
        cast(sum(creators) over (
            partition by campaign_id, subject_type, subject_id, market
            order by event_on
            rows unbounded preceding
        ) as bigint) as unique_creators,
    from arrivals

),

counted as (

    select * from per_day
    union all
    select * from per_week
    union all
    select * from to_date_

)

select * from counted

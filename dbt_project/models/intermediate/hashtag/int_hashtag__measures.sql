{#
    What the campaign and its seeded hashtags gained on the dates of the campaign: sums by day, creators counted anew for every
    day, week and campaign to date.
#}
with

days as (

    select
        totals.*,
        {{ week_on('totals.event_on', 'markets.week_starts_on') }} as week_on,
        totals.event_on as last_on,
        case when totals.is_observed then 'no_known_change' else 'no_reading' end as reason,
    from {{ ref('int_hashtag__subject_day_totals') }} as totals
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on totals.campaign_id = campaigns.campaign_id
    left join {{ ref('stg_campaign__hashtags') }} as seeded
        on
            totals.campaign_id = seeded.campaign_id
            and totals.subject_type = 'hashtag'
            and totals.subject_id = seeded.hashtag
    left join {{ ref('markets') }} as markets on totals.market = markets.market
    where
        totals.event_on >= campaigns.starts_on
        and totals.event_on <= coalesce(campaigns.ends_on, totals.event_on)
        and (totals.subject_type = 'campaign' or seeded.hashtag is not null)

),

periods as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        period,
        case when period = 'week' then week_on else event_on end as period_on,
        max(event_on) as last_on,
    from days
    cross join (values ('day'), ('week'), ('campaign_to_date')) as known (period)
    group by all

),

memberships as (

    {{ hashtag_subjects(ref('int_hashtag__videos')) }}

),

posts as (

    select
        memberships.campaign_id,
        memberships.subject_type,
        memberships.subject_id,
        counted.market,
        videos.created_on,
        {{ week_on('videos.created_on', 'markets.week_starts_on') }} as week_on,
        videos.creator_key,
    from memberships
    inner join {{ ref('int_hashtag__videos') }} as videos
        on memberships.campaign_id = videos.campaign_id and memberships.video_id = videos.video_id
    cross join lateral (select unnest([memberships.market, 'all']) as market) as counted
    left join {{ ref('markets') }} as markets on counted.market = markets.market
    semi join days
        on
            memberships.campaign_id = days.campaign_id
            and memberships.subject_type = days.subject_type
            and memberships.subject_id = days.subject_id
            and videos.created_on = days.event_on
    where videos.creator_key is not null

),

-- Somebody new is added on the day of their first post, so a running sum of them counts everybody once.
arrivals as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        created_on,
        count(*) as creators,
    from (
        select
            campaign_id,
            subject_type,
            subject_id,
            market,
            creator_key,
            min(created_on) as created_on,
        from posts
        group by campaign_id, subject_type, subject_id, market, creator_key
    ) as first_posts
    group by campaign_id, subject_type, subject_id, market, created_on

),

counted as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        period,
        case when period = 'week' then week_on else created_on end as period_on,
        count(distinct creator_key) as creators,
    from posts
    cross join (values ('day'), ('week')) as known (period)
    group by all
    union all
    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'campaign_to_date' as period,
        created_on as period_on,
        creators,
    from arrivals

),

creators as (

    select
        periods.campaign_id,
        periods.period,
        periods.period_on as event_on,
        periods.last_on,
        periods.market,
        periods.subject_type,
        periods.subject_id,
        case
            when periods.period = 'campaign_to_date'
                then sum(coalesce(counted.creators, 0)) over (
                    partition by periods.campaign_id, periods.subject_type, periods.subject_id, periods.market, periods.period
                    order by periods.period_on
                    rows unbounded preceding
                )
            else coalesce(counted.creators, 0)
        end as unique_creators,
        cast(null as varchar) as reason,
    from periods
    left join counted
        on
            periods.campaign_id = counted.campaign_id
            and periods.subject_type = counted.subject_type
            and periods.subject_id = counted.subject_id
            and periods.market = counted.market
            and periods.period = counted.period
            and periods.period_on = counted.period_on

),

by_day as (

    select
        *,
        'day' as period,
    from days

),

measured as (

    {{ measures_of('by_day', [
        ('views', 'views'), ('likes', 'likes'), ('comments', 'comments'), ('shares', 'shares'), ('saves', 'saves'),
        ('engagements_lcs', 'engagements_lcs'), ('rated_views', 'rated_views'),
        ('rated_engagements_lcs', 'rated_engagements_lcs'), ('posts', 'posts'),
    ]) }}
    union all
    {{ measures_of('creators', [('unique_creators', 'unique_creators')]) }}

)

select * from measured

{# Engagement by event date and posts by date of creation side by side, per market and for all markets together. #}
with

engagement as (

    select * from {{ ref('int_hashtag__subject_days') }}

),

posts as (

    select * from {{ ref('int_hashtag__subject_posts') }}

),

all_markets as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        event_on,
        views,
        likes,
        comments,
        shares,
        saves,
        rated_views,
        rated_engagements_lcs,
        video_readings,
        rated_readings,
    from engagement
    union all
    select
        campaign_id,
        subject_type,
        subject_id,
        'all' as market,
        event_on,
        sum(views) as views,
        sum(likes) as likes,
        sum(comments) as comments,
        sum(shares) as shares,
        sum(saves) as saves,
        sum(rated_views) as rated_views,
        sum(rated_engagements_lcs) as rated_engagements_lcs,
        sum(video_readings) as video_readings,
        sum(rated_readings) as rated_readings,
    from engagement
    group by campaign_id, subject_type, subject_id, event_on

),

merged as (

    select
        coalesce(all_markets.campaign_id, posts.campaign_id) as campaign_id,
        coalesce(all_markets.subject_type, posts.subject_type) as subject_type,
        coalesce(all_markets.subject_id, posts.subject_id) as subject_id,
        coalesce(all_markets.market, posts.market) as market,
        coalesce(all_markets.event_on, posts.event_on) as event_on,
        coalesce(posts.posts, 0) as posts,
        coalesce(posts.unique_creators, 0) as unique_creators,
        posts.new_creators,
        cast(all_markets.views as bigint) as views,
        cast(all_markets.likes as bigint) as likes,
        cast(all_markets.comments as bigint) as comments,
        cast(all_markets.shares as bigint) as shares,
        cast(all_markets.saves as bigint) as saves,
        cast(all_markets.likes + all_markets.comments + all_markets.shares as bigint) as engagements_lcs,
        cast(all_markets.rated_views as bigint) as rated_views,
        cast(all_markets.rated_engagements_lcs as bigint) as rated_engagements_lcs,
        cast(coalesce(all_markets.video_readings, 0) as bigint) as video_readings,
        cast(coalesce(all_markets.rated_readings, 0) as bigint) as rated_readings,
        all_markets.video_readings is not null as is_observed,
    from all_markets
    full outer join posts
        on
            all_markets.campaign_id = posts.campaign_id
            and all_markets.subject_type = posts.subject_type
            and all_markets.subject_id = posts.subject_id
            and all_markets.market = posts.market
            and all_markets.event_on = posts.event_on

),

-- On a subject's first date everybody would be new: that is not known.
first_dates as (

    select
        merged.* exclude (new_creators),
        case
            when
                merged.event_on
                > min(case when merged.posts > 0 then merged.event_on end)
                    over (partition by merged.campaign_id, merged.subject_type, merged.subject_id, merged.market)
                then coalesce(merged.new_creators, 0)
        end as new_creators,
    from merged

)

select * from first_dates

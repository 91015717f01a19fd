with

totals as (

    select * from {{ ref('int_hashtag__subject_day_totals') }}

),

hashtags as (

    select * from {{ ref('dim_hashtag') }}

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

shown as (

    select
        totals.campaign_id,
        totals.subject_id as hashtag,
        totals.event_on,
        totals.posts,
        totals.unique_creators,
        totals.new_creators,
        totals.views,
        totals.likes,
        totals.comments,
        totals.shares,
        totals.saves,
        totals.engagements_lcs,
        {{ ratio('totals.rated_engagements_lcs', 'totals.rated_views') }} as engagement_rate_by_views,
        totals.rated_engagements_lcs,
        totals.rated_views,
        totals.video_readings,
        totals.rated_readings,
        {{ is_provisional('totals.event_on', 'hashtag', 'as_of.as_of') }} as is_provisional,
    from totals
    inner join hashtags on totals.campaign_id = hashtags.campaign_id and totals.subject_id = hashtags.hashtag
    cross join as_of
    where
        totals.subject_type = 'hashtag'
        and totals.market = 'all'
        and (hashtags.is_seeded or hashtags.videos >= 10)

)

select * from shown

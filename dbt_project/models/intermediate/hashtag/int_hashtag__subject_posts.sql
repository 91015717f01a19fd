{#
    Posts and creators by the date a video was created: recomputed from the state of all videos, since a creator's first post
    may move. Market `all` is counted, not summed: a creator may have posted from two countries.
#}
with

videos as (

    select * from {{ ref('int_hashtag__videos') }}

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
    cross join lateral (select unnest([memberships.market, 'all']) as market) as markets
    where videos.created_on is not null

),

first_posts as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        creator_key,
        min(created_on) as first_posted_on,
    from posts
    where creator_key is not null
    group by campaign_id, subject_type, subject_id, market, creator_key

),

newcomers as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        first_posted_on as created_on,
        count(*) as new_creators,
    from first_posts
    group by campaign_id, subject_type, subject_id, market, first_posted_on

),

counted as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        created_on,
        count(*) as posts,
        count(distinct creator_key) as unique_creators,
    from posts
    group by campaign_id, subject_type, subject_id, market, created_on

),

joined as (

    select
        counted.campaign_id,
        counted.subject_type,
        counted.subject_id,
        counted.market,
        counted.created_on as event_on,
        counted.posts,
        counted.unique_creators,
        coalesce(newcomers.new_creators, 0) as new_creators,
    from counted
    left join newcomers
        on
            counted.campaign_id = newcomers.campaign_id
            and counted.subject_type = newcomers.subject_type
            and counted.subject_id = newcomers.subject_id
            and counted.market = newcomers.market
            and counted.created_on = newcomers.created_on

)

select * from joined

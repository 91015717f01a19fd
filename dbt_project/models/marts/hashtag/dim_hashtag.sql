with

written as (

    select
        campaign_id,
        list_extract(hashtags, position) as hashtag,
        list_extract(display_hashtags, position) as display_hashtag,
    from (
        select
            campaign_id,
            hashtags,
            display_hashtags,
            unnest(range(1, array_length(hashtags) + 1)) as position,
        from {{ ref('int_hashtag__videos') }}
    ) as numbered

),

counted as (

    select
        campaign_id,
        hashtag,
        display_hashtag,
        count(*) as videos,
    from written
    group by campaign_id, hashtag, display_hashtag

),

seen as (

    select
        campaign_id,
        hashtag,
        cast(sum(videos) as bigint) as videos,
        -- The commonest way of writing it; of equally common ones the first in the alphabet.
        min_by(display_hashtag, struct_pack(fewest := -videos, display_hashtag := display_hashtag)) as display_hashtag,
    from counted
    group by campaign_id, hashtag

),

merged as (

    select
        coalesce(seeded.campaign_id, seen.campaign_id) as campaign_id,
        coalesce(seeded.hashtag, seen.hashtag) as hashtag,
        coalesce(seeded.display_hashtag, seen.display_hashtag) as display_hashtag,
        coalesce(seeded.is_campaign_hashtag, false) as is_campaign_hashtag,
        seeded.hashtag is not null as is_seeded,
        coalesce(seen.videos, 0) as videos,
    from {{ ref('stg_campaign__hashtags') }} as seeded
    full outer join seen on seeded.campaign_id = seen.campaign_id and seeded.hashtag = seen.hashtag

)

select * from merged

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

-- A video with an alias carries what it is an alias of.
named as (

    select
        campaign_id,
        hashtag,
        display_hashtag,
        is_campaign_hashtag,
        cast(null as varchar) as alias_of,
    from {{ ref('stg_campaign__hashtags') }}
    union all
    select
        aliases.campaign_id,
        aliases.hashtag,
        aliases.display_hashtag,
        meant.is_campaign_hashtag,
        aliases.alias_of,
    from {{ ref('campaign_hashtags') }} as aliases
    inner join {{ ref('stg_campaign__hashtags') }} as meant
        on aliases.campaign_id = meant.campaign_id and aliases.alias_of = meant.hashtag

),

-- A tag of which a total alone is known is written as it is named.
found as (

    select * from seen
    union all
    select distinct
        totals.campaign_id,
        totals.hashtag,
        0 as videos,
        totals.hashtag as display_hashtag,
    from {{ ref('fct_hashtag_total_day') }} as totals
    anti join seen on totals.campaign_id = seen.campaign_id and totals.hashtag = seen.hashtag

),

merged as (

    select
        coalesce(named.campaign_id, found.campaign_id) as campaign_id,
        coalesce(named.hashtag, found.hashtag) as hashtag,
        coalesce(named.display_hashtag, found.display_hashtag) as display_hashtag,
        coalesce(named.is_campaign_hashtag, false) as is_campaign_hashtag,
        named.hashtag is not null and named.alias_of is null as is_seeded,
        coalesce(found.videos, 0) as videos,
        named.alias_of,
    from named
    full outer join found on named.campaign_id = found.campaign_id and named.hashtag = found.hashtag

)

select * from merged

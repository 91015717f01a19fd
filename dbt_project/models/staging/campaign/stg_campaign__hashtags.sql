select
    seeded.campaign_id,
    seeded.hashtag,
    seeded.display_hashtag,
    seeded.role = 'campaign' as is_campaign_hashtag,
    written.aliases,
from {{ ref('campaign_hashtags') }} as seeded
left join (
    select
        campaign_id,
        alias_of,
        list_sort(list(hashtag)) as aliases,
    from {{ ref('campaign_hashtags') }}
    group by campaign_id, alias_of
) as written
    on seeded.campaign_id = written.campaign_id and seeded.hashtag = written.alias_of
where seeded.alias_of is null

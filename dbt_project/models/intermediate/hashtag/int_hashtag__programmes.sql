{# Paid, partner and organic videos, of campaigns whose seeds name any; a partner's other videos are partner content too. #}
with

programmes as (

    select
        campaign_id,
        video_id,
        max(programme) as programme,
    from (
        select
            campaign_id,
            video_id,
            programme,
        from {{ ref('programme_videos') }}
        union all
        select
            campaign_id,
            video_id,
            'partner' as programme,
        from {{ ref('deliverables') }}
        where video_id is not null
    ) as named
    group by campaign_id, video_id

),

named as (

    select
        videos.campaign_id,
        videos.video_id,
        videos.creator_key,
        programmes.programme,
        max(case when programmes.programme = 'partner' then 1 else 0 end) over (
            partition by videos.campaign_id, videos.creator_key
        ) = 1
        and videos.creator_key is not null as is_by_partner,
    from {{ ref('int_hashtag__videos') }} as videos
    left join programmes on videos.campaign_id = programmes.campaign_id and videos.video_id = programmes.video_id
    where videos.campaign_id in (select campaign_id from programmes)

)

select
    campaign_id,
    video_id,
    creator_key,
    is_by_partner,
    coalesce(programme, case when is_by_partner then 'partner' else 'organic' end) as programme,
from named

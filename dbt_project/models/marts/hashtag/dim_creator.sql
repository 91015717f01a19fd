with

creators as (

    select
        videos.campaign_id,
        videos.creator_key,
        min(videos.created_on) as first_posted_on,
        max_by(
            videos.creator_country, struct_pack(last_captured_at := videos.last_captured_at, video_id := videos.video_id)
        ) filter (where videos.creator_country is not null) as creator_country,
        bool_or(programmes.is_by_partner) as is_partner,
        count(*) as videos,
    from {{ ref('int_hashtag__videos') }} as videos
    left join {{ ref('int_hashtag__programmes') }} as programmes
        on videos.campaign_id = programmes.campaign_id and videos.video_id = programmes.video_id
    where videos.creator_key is not null
    group by videos.campaign_id, videos.creator_key

)

select * from creators

with

videos as (

    select * from {{ ref('int_hashtag__videos') }}

),

creators as (

    select
        campaign_id,
        creator_key,
        min(created_on) as first_posted_on,
        max_by(creator_country, struct_pack(last_captured_at := last_captured_at, video_id := video_id))
        filter (where creator_country is not null) as creator_country,
        cast(null as boolean) as is_partner,
        count(*) as videos,
    from videos
    where creator_key is not null
    group by campaign_id, creator_key

)

select * from creators

{#
    The most viewed videos of the campaign. Partner content is shown with its link; of others only their rank and figures, since a link
    names its author.
#}
{%- set most = 20 %}
with

campaign_videos as (

    select
        videos.campaign_id,
        videos.video_id,
        videos.view_definition,
        described.platform,
        described.programme,
        videos.creator_country,
        {%- for counter in counters() %}
            coalesce(videos.{{ counter }}_read, videos.{{ counter }}_before) as {{ counter }},
        {%- endfor %}
    from {{ ref('int_hashtag__videos') }} as videos
    inner join {{ ref('dim_video') }} as described
        on videos.campaign_id = described.campaign_id and videos.video_id = described.video_id
    where videos.is_of_campaign

),

ranked as (

    select
        *,
        row_number() over (partition by campaign_id, view_definition order by views desc, video_id asc) as position,
    from campaign_videos
    where views is not null

)

select
    campaign_id,
    view_definition,
    position,
    programme,
    case when programme = 'partner' then video_id end as video_id,
    case
        when programme <> 'partner' or programme is null then null
        when platform = 'tiktok' then concat('https://www.tiktok.com/@_/video/', video_id)
        when platform = 'youtube' then concat('https://www.youtube.com/watch?v=', video_id)
        when platform = 'instagram' then concat('https://www.instagram.com/p/', video_id, '/')
    end as link,
    creator_country,
    views,
    likes,
    comments,
    shares,
    saves,
    {{ ratio('likes + comments + shares', 'views') }} as engagement_rate_by_views,
from ranked
where position <= {{ most }}

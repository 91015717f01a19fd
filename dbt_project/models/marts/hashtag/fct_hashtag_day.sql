with

hashtags as (

    select
        campaign_id,
        hashtag,
    from {{ ref('dim_hashtag') }}
    where is_seeded or videos >= 10

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

engagement as (

    -- Views of two definitions make no sum.
    select
        campaign_id,
        subject_id as hashtag,
        event_on,
        case when count(*) = 1 then min(view_definition) else 'several' end as view_definition,
        {%- for figure in ['views', 'views_low', 'views_high', 'views_gross', 'views_removed'] %}
            case when count(*) = 1 then max({{ figure }}) end as {{ figure }},
        {%- endfor %}
        {%- for figure in ['likes', 'comments', 'shares', 'saves', 'engagements_lcs'] %}
            cast(sum({{ figure }}) as bigint) as {{ figure }},
        {%- endfor %}
        case when count(*) = 1 then max(rated_engagements_lcs) end as rated_engagements_lcs,
        case when count(*) = 1 then max(rated_views) end as rated_views,
        cast(sum(video_readings) as bigint) as video_readings,
        cast(sum(rated_readings) as bigint) as rated_readings,
    from {{ ref('int_hashtag__subject_days') }}
    where subject_type = 'hashtag' and market = 'all'
    group by campaign_id, subject_id, event_on

),

posts as (

    select
        campaign_id,
        subject_id as hashtag,
        event_on,
        cast(sum(posts) as bigint) as posts,
        cast(sum(creators) as bigint) as unique_creators,
        cast(sum(new_creators) as bigint) as new_creators,
    from {{ ref('int_hashtag__post_days') }}
    where subject_type = 'hashtag' and market = 'all'
    group by campaign_id, subject_id, event_on
    having sum(posts) > 0

),

joined as (

    select
        coalesce(engagement.campaign_id, posts.campaign_id) as campaign_id,
        coalesce(engagement.hashtag, posts.hashtag) as hashtag,
        coalesce(engagement.event_on, posts.event_on) as event_on,
        coalesce(posts.posts, 0) as posts,
        coalesce(posts.unique_creators, 0) as unique_creators,
        posts.new_creators,
        {%- for counter in counters() %}
            engagement.{{ counter }},
        {%- endfor %}
        {%- for figure in ['views_low', 'views_high', 'views_gross', 'views_removed', 'view_definition', 'engagements_lcs'] %}
            engagement.{{ figure }},
        {%- endfor %}
        {{ ratio('engagement.rated_engagements_lcs', 'engagement.rated_views') }} as engagement_rate_by_views,
        engagement.rated_engagements_lcs,
        engagement.rated_views,
        coalesce(engagement.video_readings, 0) as video_readings,
        coalesce(engagement.rated_readings, 0) as rated_readings,
    from engagement
    full outer join posts
        on
            engagement.campaign_id = posts.campaign_id
            and engagement.hashtag = posts.hashtag
            and engagement.event_on = posts.event_on

),

-- On a hashtag's first date everybody would be new: that is not known.
begun as (

    select
        * exclude (new_creators),
        case
            when
                event_on > min(case when posts > 0 then event_on end) over (partition by campaign_id, hashtag)
                then coalesce(new_creators, 0)
        end as new_creators,
    from joined

)

select
    begun.*,
    {{ is_provisional('begun.event_on', 'hashtag', 'as_of.as_of') }} as is_provisional,
from begun
semi join hashtags on begun.campaign_id = hashtags.campaign_id and begun.hashtag = hashtags.hashtag
cross join as_of

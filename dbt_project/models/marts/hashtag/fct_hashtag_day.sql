{#
    A hashtag is built whole where it is new here, or where the date of its first post has moved, since before it no creator is new.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='from_date',
        posted_on='event_on',
        unique_key=['campaign_id', 'hashtag', 'event_on'],
        pre_hook="{{ leave_rare_hashtags() }}",
        post_hook="{{ flip_provisional('hashtag') }}",
    )
}}
{%- set changed = rebuilt_dates() %}
with

first_posts as (

    select
        campaign_id,
        subject_id as hashtag,
        min(event_on) as first_on,
    from {{ ref('int_hashtag__post_days') }}
    where subject_type = 'hashtag' and market = 'all' and posts > 0
    group by campaign_id, subject_id

),

hashtags as (

    select
        shown.campaign_id,
        shown.hashtag,
        first_posts.first_on,
    from {{ ref('dim_hashtag') }} as shown
    left join first_posts on shown.campaign_id = first_posts.campaign_id and shown.hashtag = first_posts.hashtag
    where {{ is_shown('shown') }}

),

{% if is_incremental() -%}

    dates as (

        select * from {{ changed }}

    ),

    known as (

        select
            campaign_id,
            hashtag,
            min(case when posts > 0 then event_on end) as first_on,
        from {{ first_days(this) }} as first_days
        group by campaign_id, hashtag

    ),

    whole as (

        select hashtags.*
        from hashtags
        left join known on hashtags.campaign_id = known.campaign_id and hashtags.hashtag = known.hashtag
        where known.hashtag is null or known.first_on is distinct from hashtags.first_on

    ),
{%- endif %}

engaged as not materialized (

    {{ days_to_build(ref('int_hashtag__subject_days')) }}

),

posted as not materialized (

    {{ days_to_build(ref('int_hashtag__post_days')) }}

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
    from engaged
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
    from posted
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

shown as (

    select
        joined.*,
        hashtags.first_on,
    from joined
    inner join hashtags on joined.campaign_id = hashtags.campaign_id and joined.hashtag = hashtags.hashtag

),

-- On a hashtag's first date everybody would be new: that is not known.
begun as (

    select
        * exclude (new_creators, first_on),
        case when event_on > first_on then coalesce(new_creators, 0) end as new_creators,
    from shown

)

select
    begun.*,
    {{ is_provisional('begun.event_on', 'hashtag', 'as_of.as_of') }} as is_provisional,
from begun
cross join {{ ref('int_lake__as_of') }} as as_of

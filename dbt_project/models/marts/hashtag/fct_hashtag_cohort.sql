{#
    A cohort is measured on the date on which its posts are 1, 7 or 28 days old, from the videos that were read on that very date:
    what lies between two readings is not made up.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='from_date',
        post_hook="{{ flip_provisional('hashtag') }}",
    )
}}

with

ages as (

    select age_days
    from (values (1), (7), (28)) as age (age_days)

),

captures as (

    select
        captured.campaign_id,
        captured.event_on,
    from {{ ref('int_hashtag__capture_days') }} as captured
    inner join {{ rebuild_from('hashtag') }} as rebuilds on captured.campaign_id = rebuilds.campaign_id
    where captured.event_on >= rebuilds.rebuild_from

),

cohorts as (

    select
        posts.campaign_id,
        posts.subject_id as hashtag,
        posts.event_on as posted_on,
        ages.age_days,
        captures.event_on,
        cast(sum(posts.posts) as bigint) as posts,
    from {{ ref('int_hashtag__post_days') }} as posts
    semi join {{ ref('stg_campaign__hashtags') }} as seeded
        on posts.campaign_id = seeded.campaign_id and posts.subject_id = seeded.hashtag
    inner join captures on posts.campaign_id = captures.campaign_id
    inner join ages on date_diff('day', posts.event_on, captures.event_on) = ages.age_days
    where posts.subject_type = 'hashtag' and posts.market = 'all' and posts.read_on <= captures.event_on
    group by posts.campaign_id, posts.subject_id, posts.event_on, ages.age_days, captures.event_on
    having sum(posts.posts) > 0

),

tagged as (

    select
        days.campaign_id,
        days.event_on,
        days.created_on as posted_on,
        days.view_definition,
        {%- for counter in counters() %}
            days.{{ counter }}_read as {{ counter }},
        {%- endfor %}
        unnest(days.hashtags) as hashtag,
    from {{ ref('int_hashtag__video_days') }} as days
    semi join captures on days.campaign_id = captures.campaign_id and days.event_on = captures.event_on
    semi join ages on date_diff('day', days.created_on, days.event_on) = ages.age_days

),

measured as (

    select
        campaign_id,
        hashtag,
        posted_on,
        event_on,
        count(views) as posts_measured,
        min(view_definition) filter (where views is not null) as view_definition,
        count(distinct view_definition) filter (where views is not null) > 1 as has_several,
        {%- for counter in counters() %}
            cast(sum({{ counter }}) as bigint) as {{ counter }},
        {%- endfor %}
        cast(sum(likes + comments + shares) as bigint) as engagements_lcs,
        cast(sum(likes + comments + shares) filter (where views is not null) as bigint) as rated_engagements_lcs,
        cast(sum(views) filter (where likes + comments + shares is not null) as bigint) as rated_views,
    from tagged
    group by campaign_id, hashtag, posted_on, event_on

)

select
    cohorts.campaign_id,
    cohorts.hashtag,
    cohorts.posted_on,
    cohorts.age_days,
    cohorts.event_on,
    cohorts.posts,
    coalesce(measured.posts_measured, 0) as posts_measured,
    case when measured.has_several then 'several' else measured.view_definition end as view_definition,
    -- Views of two definitions make no sum.
    case when not measured.has_several then measured.views end as views,
    {%- for counter in counters() if counter != 'views' %}
        measured.{{ counter }},
    {%- endfor %}
    measured.engagements_lcs,
    case
        when not measured.has_several then {{ ratio('measured.rated_engagements_lcs', 'measured.rated_views') }}
    end as engagement_rate_by_views,
    {{ is_provisional('cohorts.event_on', 'hashtag', 'as_of.as_of') }} as is_provisional,
from cohorts
left join measured
    on
        cohorts.campaign_id = measured.campaign_id
        and cohorts.hashtag = measured.hashtag
        and cohorts.posted_on = measured.posted_on
        and cohorts.event_on = measured.event_on
cross join {{ ref('int_lake__as_of') }} as as_of

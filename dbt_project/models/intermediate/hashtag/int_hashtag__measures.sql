{#
    What the campaign and its seeded hashtags gained on the dates of the campaign: sums by day, creators counted anew for every
    day, week and campaign to date.
#}
with

shown as (

    select
        campaign_id,
        'campaign' as subject_type,
        'all' as subject_id,
    from {{ ref('stg_campaign__campaigns') }}
    union all
    select
        campaign_id,
        'hashtag' as subject_type,
        hashtag as subject_id,
    from {{ ref('stg_campaign__hashtags') }}

),

engagement as (

    select subject_days.*
    from {{ ref('int_hashtag__subject_days') }} as subject_days
    semi join shown
        on
            subject_days.campaign_id = shown.campaign_id
            and subject_days.subject_type = shown.subject_type
            and subject_days.subject_id = shown.subject_id

),

posts as (

    select
        post_days.campaign_id,
        post_days.subject_type,
        post_days.subject_id,
        post_days.market,
        post_days.event_on,
        sum(post_days.posts) as posts,
        sum(post_days.creators) as creators,
        sum(post_days.week_creators) as week_creators,
        sum(post_days.campaign_creators) as campaign_creators,
    from {{ ref('int_hashtag__post_days') }} as post_days
    semi join shown
        on
            post_days.campaign_id = shown.campaign_id
            and post_days.subject_type = shown.subject_type
            and post_days.subject_id = shown.subject_id
    group by post_days.campaign_id, post_days.subject_type, post_days.subject_id, post_days.market, post_days.event_on

),

days as (

    select
        joined.*,
        {{ week_on('joined.event_on', 'markets.week_starts_on') }} as week_on,
        joined.event_on as last_on,
        'day' as period,
        case when joined.video_readings is null then 'no_reading' else 'no_known_change' end as reason,
    from (
        select
            {%- for key in ['campaign_id', 'subject_type', 'subject_id', 'market', 'event_on'] %}
                coalesce(engagement.{{ key }}, posts.{{ key }}) as {{ key }},
            {%- endfor %}
            {%- for figure in counters() + ['engagements_lcs', 'rated_engagements_lcs', 'rated_views'] %}
                engagement.{{ figure }},
            {%- endfor %}
            engagement.video_readings,
            coalesce(posts.posts, 0) as posts,
            coalesce(posts.creators, 0) as creators,
            coalesce(posts.campaign_creators, 0) as campaign_creators,
        from engagement
        full outer join (
            select *
            from posts
            where posts > 0
        ) as posts
            on
                engagement.campaign_id = posts.campaign_id
                and engagement.subject_type = posts.subject_type
                and engagement.subject_id = posts.subject_id
                and engagement.market = posts.market
                and engagement.event_on = posts.event_on
    ) as joined
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on joined.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on joined.market = markets.market
    where joined.event_on between campaigns.starts_on and coalesce(campaigns.ends_on, joined.event_on)

),

weeks as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        max(event_on) as last_on,
        week_on as event_on,
    from days
    group by campaign_id, subject_type, subject_id, market, week_on

),

creators as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'day' as period,
        event_on,
        last_on,
        creators as unique_creators,
        reason,
    from days
    union all
    select
        weeks.campaign_id,
        weeks.subject_type,
        weeks.subject_id,
        weeks.market,
        'week' as period,
        weeks.event_on,
        weeks.last_on,
        coalesce(posts.week_creators, 0) as unique_creators,
        cast(null as varchar) as reason,
    from weeks
    left join posts
        on
            weeks.campaign_id = posts.campaign_id
            and weeks.subject_type = posts.subject_type
            and weeks.subject_id = posts.subject_id
            and weeks.market = posts.market
            and weeks.event_on = posts.event_on
    union all
    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'campaign_to_date' as period,
        event_on,
        last_on,
        sum(campaign_creators) over (
            partition by campaign_id, subject_type, subject_id, market
            order by event_on
            rows unbounded preceding
        ) as unique_creators,
        reason,
    from days

),

measured as (

    {{ measures_of('days', [
        ('views', 'views'), ('likes', 'likes'), ('comments', 'comments'), ('shares', 'shares'), ('saves', 'saves'),
        ('engagements_lcs', 'engagements_lcs'), ('rated_views', 'rated_views'),
        ('rated_engagements_lcs', 'rated_engagements_lcs'), ('posts', 'posts'),
    ]) }}
    union all
    {{ measures_of('creators', [('unique_creators', 'unique_creators')]) }}

)

select * from measured

{#
    What is known of the videos of a subject as a whole: how long they live, how they were watched, engagement per follower. Figures to date
    stand on the campaign's last date of capture.
#}
{%- set video_subject = ['campaign_id', 'subject_type', 'subject_id', 'market'] %}
{%- set owned_figures = [
    'completed_views', 'views_with_completion', 'watch_seconds', 'views_with_watching', 'engagements_reached', 'has_reach',
] %}
with

captured as (

    select
        campaign_id,
        max(event_on) as event_on,
    from {{ ref('int_hashtag__capture_days') }}
    group by campaign_id

),

-- Of a video whose first readings came late nothing is known of how it began.
videos as (

    select
        videos.campaign_id,
        videos.seeded_hashtags,
        videos.is_of_campaign,
        coalesce(videos.creator_country, 'unknown') as market,
        -- To the whole hour: few readings are closer to each other.
        cast(ceil(lives.hours_to_half) as bigint) as hours_to_half,
        lives.hours_to_peak,
        lives.is_complete,
    from {{ ref('int_hashtag__videos') }} as videos
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on videos.campaign_id = campaigns.campaign_id
    left join {{ ref('int_hashtag__video_lives') }} as lives
        on
            videos.campaign_id = lives.campaign_id
            and videos.video_id = lives.video_id
            and {{ is_in_campaign('lives.created_on') }}
            and lives.first_read_hours <= 48
            and lives.hours_to_half is not null

),

-- Videos with the same half of their lives together, which are few rows.
counted as (

    select
        {{ listed(video_subject) }}
        hours_to_half,
        is_complete,
        count(*) as videos,
        list(hours_to_peak) as hours_to_peak,
    from ({{ seeded_subjects('videos', ['hours_to_half', 'hours_to_peak', 'is_complete']) }}) as subjects
    group by {{ video_subject | join(', ') }}, hours_to_half, is_complete

),

in_markets as (

    select
        campaign_id,
        subject_type,
        subject_id,
        unnest([market, 'all']) as market,
        hours_to_half,
        is_complete,
        videos,
        hours_to_peak,
    from counted

),

lives as (

    select * from in_markets
    where hours_to_half is not null

),

-- A life that is not complete reaches half of its views no sooner than it had half of those known so far.
survived as (

    {{ kaplan_meier('lives', video_subject, 'hours_to_half', 'is_complete', number='videos') }}

),

faded as (

    select
        {{ listed(video_subject) }}
        {{ hours_until_ended(0.5) }} as half_life_hours,
    from survived
    group by {{ video_subject | join(', ') }}

),

peaked as (

    select
        {{ listed(video_subject) }}
        median(hours_to_peak) as peak_hours,
    from (
        select
            {{ listed(video_subject) }}
            unnest(hours_to_peak) as hours_to_peak,
        from lives
        where is_complete
    ) as complete
    group by {{ video_subject | join(', ') }}

),

-- Of each figure the last reading that tells it: what an owner is told differs by source, and from date to date.
owned_videos as (

    select
        videos.campaign_id,
        videos.seeded_hashtags,
        videos.is_of_campaign,
        coalesce(videos.creator_country, 'unknown') as market,
        {{ listed(owned_figures, 'owned') }}
    from {{ ref('int_hashtag__videos') }} as videos
    inner join (
        select
            campaign_id,
            video_id,
            {% for figure, told in [
                ('completed_views', 'completion_rate * views'),
                ('views_with_completion', 'case when completion_rate is not null then views end'),
                ('watch_seconds', 'case when views is not null then watch_seconds end'),
                ('views_with_watching', 'case when watch_seconds is not null then views end'),
                ('engagements_reached', 'case when reach is not null then engagements_lcs end'),
            ] -%}
                max_by({{ told }}, event_on) filter (where {{ told }} is not null) as {{ figure }},
            {% endfor -%}
            count(reach) > 0 as has_reach,
        from {{ ref('int_hashtag__owned_video_days') }}
        group by campaign_id, video_id
    ) as owned
        on videos.campaign_id = owned.campaign_id and videos.video_id = owned.video_id

),

owned as (

    select
        {{ listed(video_subject) }}
        {{ exact_sum('completed_views') }} as completed_views,
        sum(views_with_completion) as views_with_completion,
        {{ exact_sum('watch_seconds') }} as watch_seconds,
        sum(views_with_watching) as views_with_watching,
        sum(engagements_reached) as engagements_reached,
        bool_or(has_reach) as has_reach,
    from (
        select
            campaign_id,
            subject_type,
            subject_id,
            unnest([market, 'all']) as market,
            {{ listed(owned_figures) }}
        from ({{ seeded_subjects('owned_videos', owned_figures) }}) as subjects
    ) as in_all_markets
    group by {{ video_subject | join(', ') }}

),

-- Owners are told how many followers an account had at the end of a day, also of days before they asked.
told_followers as (

    select
        campaign_id,
        account_key as creator_key,
        {{ end_of('event_on') }} as read_at,
        max_by(
            followers, struct_pack(captured_on := captured_on, preferred := -{{ standing("metric_definition") }})
        ) as followers,
    from {{ ref('int_hashtag__account_days') }}
    where followers is not null
    group by campaign_id, account_key, event_on

),

-- All of these are accounts of TikTok.
owners_posts as (

    select
        videos.campaign_id,
        videos.video_id,
        struct_extract(
            max(struct_pack(read_at := followers.read_at, followers := followers.followers)), 'followers'
        ) as followers_at_posting,
    from {{ ref('int_hashtag__videos') }} as videos
    inner join (
        select * from told_followers
        union all
        select
            readings.campaign_id,
            readings.creator_key,
            readings.captured_at as read_at,
            readings.followers,
        from {{ ref('int_hashtag__follower_readings') }} as readings
        semi join told_followers
            on readings.campaign_id = told_followers.campaign_id and readings.creator_key = told_followers.creator_key
    ) as followers
        on
            videos.campaign_id = followers.campaign_id
            and videos.creator_key = followers.creator_key
            and videos.created_at >= followers.read_at
    where videos.platform = 'tiktok'
    group by videos.campaign_id, videos.video_id

),

{%- set post = ['campaign_id', 'video_id', 'subject_type', 'subject_id', 'market', 'created_on'] %}

followed_posts as (

    select
        {{ listed(post, 'posts') }}
        posts.followers_at_posting,
    from {{ ref('int_hashtag__posts') }} as posts
    anti join owners_posts on posts.campaign_id = owners_posts.campaign_id and posts.video_id = owners_posts.video_id
    where posts.followers_at_posting is not null
    union all
    select
        {{ listed(post, 'posts') }}
        owners_posts.followers_at_posting,
    from {{ ref('int_hashtag__posts') }} as posts
    inner join owners_posts on posts.campaign_id = owners_posts.campaign_id and posts.video_id = owners_posts.video_id

),

-- Engagement to date with posts whose creators' followers were read before they posted.
followed as (

    select
        posts.campaign_id,
        posts.subject_type,
        posts.subject_id,
        posts.market,
        sum(videos.engagements_lcs) as followed_engagements,
        sum(case when videos.engagements_lcs is not null then posts.followers_at_posting end) as followers_at_posting,
    from followed_posts as posts
    inner join (
        select
            campaign_id,
            video_id,
            {%- for counter in engagement_counters() %}
                coalesce({{ counter }}_read, {{ counter }}_before){{ ' +' if not loop.last }}
            {%- endfor %} as engagements_lcs,
        from {{ ref('int_hashtag__videos') }}
    ) as videos
        on posts.campaign_id = videos.campaign_id and posts.video_id = videos.video_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on posts.campaign_id = campaigns.campaign_id
    where {{ is_in_campaign('posts.created_on') }}
    group by posts.campaign_id, posts.subject_type, posts.subject_id, posts.market

),

to_date_ as (

    select
        cells.campaign_id,
        cells.subject_type,
        cells.subject_id,
        cells.market,
        'campaign_to_date' as period,
        captured.event_on,
        captured.event_on as last_on,
        faded.half_life_hours,
        peaked.peak_hours,
        owned.completed_views,
        owned.views_with_completion,
        owned.watch_seconds,
        owned.views_with_watching,
        owned.engagements_reached,
        followed.followed_engagements,
        followed.followers_at_posting,
        -- Reach counts a person once for every video: of a single video it is a figure, of several it is none.
        cast(null as bigint) as reach,
        case when faded.campaign_id is null then 'no_reading' else 'not_reached' end as life_reason,
        case when owned.has_reach then 'not_additive' else 'not_reported' end as reach_reason,
        'not_reported' as reason,
    from (select distinct {{ video_subject | join(', ') }} from in_markets) as cells
    inner join captured on cells.campaign_id = captured.campaign_id
    left join faded on {{ same('cells', 'faded', video_subject) }}
    left join peaked on {{ same('cells', 'peaked', video_subject) }}
    left join owned on {{ same('cells', 'owned', video_subject) }}
    left join followed on {{ same('cells', 'followed', video_subject) }}

),

measured as (

    {{ measures_of('to_date_', same_names(['half_life_hours', 'peak_hours']), reason='life_reason') }}
    union all
    {{ measures_of('to_date_', same_names([
        'completed_views', 'views_with_completion', 'watch_seconds', 'views_with_watching', 'followed_engagements',
        'followers_at_posting',
    ])) }}
    union all
    {{ measures_of('to_date_', same_names(['engagements_reached', 'reach']), reason='reach_reason') }}

)

select * from measured

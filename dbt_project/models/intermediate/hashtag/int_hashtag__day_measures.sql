{#
    What the campaign, its seeded hashtags and comparison sets gained on the dates of the campaign: sums by day, creators counted anew
    for every day, week and campaign to date. Views of several definitions make no sum: there they stand by platform alone. Rows depend
    on no later date, so that they are built from the first week on in which anything changed.
#}
{{ config(materialized='incremental', incremental_strategy='from_changed_week') }}
{%- set cell = ['campaign_id', 'subject_type', 'subject_id', 'market', 'event_on'] %}
{%- set bounded = bounded_figures() | list %}
{%- set parts = ['', '_low', '_high', '_shared_in_week', '_shared_to_date'] %}
{%- set counted = ['likes', 'comments', 'shares', 'saves', 'engagements_lcs', 'engagements_lcss', 'engagements_per_hour'] %}
{%- set viewed = [
    'views', 'rated_engagements_lcs', 'rated_views', 'shares_on_views', 'views_with_shares', 'saves_on_views', 'views_with_saves',
    'views_gross', 'views_removed', 'views_per_hour',
] %}
{%- set subject = ['campaign_id', 'subject_type', 'subject_id', 'market'] %}
with

begins as (

    {{ first_built() }}

),

shown as (

    {{ shown_subjects() }}

),

shown_days as not materialized (

    select subject_days.*
    from {{ ref('int_hashtag__subject_days') }} as subject_days
    semi join shown on {{ same('subject_days', 'shown', ['campaign_id', 'subject_type', 'subject_id']) }}

),

by_definition as (

    select shown_days.*
    from shown_days
    inner join begins on shown_days.campaign_id = begins.campaign_id
    where shown_days.event_on >= begins.event_on

),

-- By which definition a date's views are counted, over all dates of the campaign.
defined as (

    select
        {{ listed(cell, 'shown_days') }}
        {{ week_on('shown_days.event_on', 'markets.week_starts_on') }} as week_on,
        min(shown_days.view_definition) as view_definition,
    from shown_days
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on shown_days.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on shown_days.market = markets.market
    where
        shown_days.views is not null
        and {{ is_in_campaign('shown_days.event_on') }}
    group by all

),

members as (

    select
        campaign_id,
        version,
        'hashtag' as subject_type,
        hashtag as subject_id,
        starts_on,
        ends_before,
    from {{ ref('stg_campaign__comparison_sets') }}
    union all
    select distinct
        campaign_id,
        version,
        'campaign' as subject_type,
        'all' as subject_id,
        starts_on,
        ends_before,
    from {{ ref('stg_campaign__comparison_sets') }}

),

-- Beside a subject's own views those that are compared with a set, and those of the sets, whichever was in force.
volumes_defined as (

    select
        'own' as volume,
        *,
    from defined
    union all
    select
        'own_in_set' as volume,
        defined.*,
    from defined
    semi join members
        on
            {{ same('defined', 'members', ['campaign_id', 'subject_type', 'subject_id']) }}
            and defined.event_on >= members.starts_on
            and defined.event_on < members.ends_before
    union all
    select
        'set' as volume,
        {{ listed(subject[:-1], 'members') }}
        {{ listed(['market', 'event_on', 'week_on', 'view_definition'], 'defined') }}
    from defined
    inner join members on defined.campaign_id = members.campaign_id and defined.subject_id = members.version
    where defined.subject_type = 'comparison_set'

),

redefined as (

    select told.*
    from ({{ redefined_dates('volumes_defined', ['volume'] + subject) }}) as told
    inner join begins on told.campaign_id = begins.campaign_id
    where told.event_on >= begins.event_on

),

engagement as (

    select
        {{ listed(cell) }}
        count(*) = 1 as is_of_one_definition,
        min(view_definition) as view_definition,
        {%- for figure in viewed %}
            {%- for bound in parts if not bound or figure in bounded %}
                case when count(*) = 1 then max({{ figure }}{{ bound }}) end as {{ figure }}{{ bound }},
            {%- endfor %}
        {%- endfor %}
        {%- for figure in counted %}
            {%- for bound in parts if not bound or figure in bounded %}
                {{ exact_sum(figure ~ bound) }} as {{ figure }}{{ bound }},
            {%- endfor %}
        {%- endfor %}
    from by_definition
    group by {{ cell | join(', ') }}
    union all
    select
        campaign_id,
        'platform' as subject_type,
        view_definition as subject_id,
        market,
        event_on,
        true as is_of_one_definition,
        view_definition,
        {%- for figure in viewed + counted %}
            {%- for bound in parts if not bound or figure in bounded %}
                {{ figure }}{{ bound }},
            {%- endfor %}
        {%- endfor %}
    from by_definition
    where subject_type = 'campaign'

),

posts as (

    select
        post_days.campaign_id,
        post_days.subject_type,
        post_days.subject_id,
        post_days.market,
        post_days.event_on,
        sum(post_days.posts) as posts,
        sum(post_days.posts_with_comments) as posts_with_comments,
        sum(post_days.creators) as creators,
        sum(post_days.week_creators) as week_creators,
        sum(post_days.new_creators) as new_creators,
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
        case when joined.is_of_one_definition is null then 'no_reading' else 'no_known_change' end as reason,
        case
            when joined.is_of_one_definition is null then 'no_reading'
            when joined.is_of_one_definition then 'no_known_change'
            else 'several_definitions'
        end as views_reason,
        campaigns.starts_on,
        first_posts.first_on,
    from (
        select
            {%- for key in cell %}
                coalesce(engagement.{{ key }}, posts.{{ key }}) as {{ key }},
            {%- endfor %}
            {%- for figure in viewed + counted %}
                {%- for bound in parts if not bound or figure in bounded %}
                    engagement.{{ figure }}{{ bound }},
                {%- endfor %}
            {%- endfor %}
            engagement.is_of_one_definition,
            engagement.view_definition,
            coalesce(posts.posts, 0) as posts,
            coalesce(posts.posts_with_comments, 0) as posts_with_comments,
            coalesce(posts.creators, 0) as creators,
            coalesce(posts.new_creators, 0) as new_creators,
            coalesce(posts.campaign_creators, 0) as campaign_creators,
        from engagement
        full outer join (
            select posts.*
            from posts
            inner join begins on posts.campaign_id = begins.campaign_id
            where posts.posts > 0 and posts.event_on >= begins.event_on
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
    left join (
        select
            campaign_id,
            subject_type,
            subject_id,
            market,
            min(event_on) as first_on,
        from posts
        where posts > 0
        group by campaign_id, subject_type, subject_id, market
    ) as first_posts
        on
            joined.campaign_id = first_posts.campaign_id
            and joined.subject_type = first_posts.subject_type
            and joined.subject_id = first_posts.subject_id
            and joined.market = first_posts.market
    where {{ is_in_campaign('joined.event_on') }}

),

weeks as (

    select
        days.campaign_id,
        days.subject_type,
        days.subject_id,
        days.market,
        max(days.event_on) as last_on,
        sum(days.new_creators) as new_creators,
        days.first_on,
        days.week_on as event_on,
    from days
    inner join begins on days.campaign_id = begins.campaign_id
    where days.subject_type <> 'platform' and days.week_on >= begins.event_on
    group by days.campaign_id, days.subject_type, days.subject_id, days.market, days.first_on, days.week_on

),

-- Creators to date, before the first date to be built.
creators_before as (

    select
        posts.campaign_id,
        posts.subject_type,
        posts.subject_id,
        posts.market,
        sum(posts.campaign_creators) as campaign_creators,
        sum(posts.new_creators) as new_creators,
    from posts
    inner join begins on posts.campaign_id = begins.campaign_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on posts.campaign_id = campaigns.campaign_id
    where
        posts.posts > 0
        and posts.event_on < begins.event_on
        and {{ is_in_campaign('posts.event_on') }}
    group by posts.campaign_id, posts.subject_type, posts.subject_id, posts.market

),

-- In the first period of a subject everybody would be new.
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
        case when event_on > first_on then new_creators end as new_creators,
    from days
    where subject_type <> 'platform'
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
        case when weeks.event_on > weeks.first_on then weeks.new_creators end as new_creators,
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
        days.campaign_id,
        days.subject_type,
        days.subject_id,
        days.market,
        'campaign_to_date' as period,
        days.event_on,
        days.last_on,
        coalesce(before.campaign_creators, 0) + sum(days.campaign_creators) over so_far as unique_creators,
        case
            when days.starts_on > days.first_on then coalesce(before.new_creators, 0) + sum(days.new_creators) over so_far
        end as new_creators,
    from days
    left join creators_before as before
        on {{ same('days', 'before', ['campaign_id', 'subject_type', 'subject_id', 'market']) }}
    where days.subject_type <> 'platform'
    window so_far as (
        partition by days.campaign_id, days.subject_type, days.subject_id, days.market
        order by days.event_on
        rows unbounded preceding
    )

),

-- The volume of the comparison set: each post counted for every hashtag of the set that it carries, and once. Where
-- the set's views are not known no others count either, so that a share of a longer period is of the same dates.
in_sets as (

    select
        days.campaign_id,
        sets.version,
        days.market,
        days.period,
        days.event_on,
        days.last_on,
        sum(days.posts) as set_posts,
        case when count(*) = count(days.views) and count(distinct days.view_definition) = 1 then sum(days.views) end as set_views,
        min(days.view_definition) as view_definition,
        case
            when count(distinct days.view_definition) > 1 or not bool_and(days.is_of_one_definition) then 'several_definitions'
            else min(days.views_reason)
        end as reason,
    from days
    inner join {{ ref('stg_campaign__comparison_sets') }} as sets
        on
            days.campaign_id = sets.campaign_id
            and days.subject_id = sets.hashtag
            and days.event_on >= sets.starts_on
            and days.event_on < sets.ends_before
    where days.subject_type = 'hashtag'
    group by days.campaign_id, sets.version, days.market, days.period, days.event_on, days.last_on

),

volumes as (

    select
        members.campaign_id,
        members.subject_type,
        members.subject_id,
        in_sets.market,
        in_sets.period,
        in_sets.event_on,
        in_sets.last_on,
        coalesce(own.posts, 0) as posts_in_set,
        case
            when
                in_sets.reason = 'several_definitions'
                or (in_sets.set_views is not null and own.view_definition = in_sets.view_definition)
                then own.views
        end as views_in_set,
        in_sets.set_posts,
        in_sets.set_views,
        once.posts as set_posts_once,
        case when in_sets.set_views is not null then once.views end as set_views_once,
        case
            when own.view_definition <> in_sets.view_definition then 'several_definitions'
            else coalesce(own.views_reason, in_sets.reason)
        end as reason,
        in_sets.reason as set_reason,
        coalesce(once.views_reason, 'no_reading') as once_reason,
    from in_sets
    inner join members
        on in_sets.campaign_id = members.campaign_id and in_sets.version = members.version
    left join days as own
        on
            {{ same('members', 'own', ['campaign_id', 'subject_type', 'subject_id']) }}
            and {{ same('in_sets', 'own', ['market', 'event_on']) }}
    left join days as once
        on
            in_sets.campaign_id = once.campaign_id
            and once.subject_type = 'comparison_set'
            and in_sets.version = once.subject_id
            and in_sets.market = once.market
            and in_sets.event_on = once.event_on

),

measured as (

    select *
    from ({{ measures_of('days', same_names(counted), bounded=bounded) }}) as counters
    where subject_type <> 'platform' or measure not in ('likes', 'comments', 'shares', 'saves')
    union all
    {{ measures_of('days', same_names(viewed), reason='views_reason', bounded=bounded) }}
    union all
    select * from ({{ measures_of('days', same_names(['posts', 'posts_with_comments'])) }}) as posted
    where subject_type <> 'platform'
    union all
    {{ shared_bounds('days', bounded) }}
    union all
    {{ breaks_of("redefined where volume = 'own'", viewed | reject('equalto', 'views_per_hour') | list) }}
    union all
    {{ breaks_of("redefined where volume = 'own_in_set'", ['views_in_set']) }}
    union all
    {{ breaks_of("redefined where volume = 'set'", ['set_views', 'set_views_once']) }}
    union all
    {{ measures_of('creators', same_names(['unique_creators', 'new_creators']), reason="'first_period'") }}
    union all
    {{ measures_of('volumes', same_names(['posts_in_set', 'views_in_set', 'set_posts'])) }}
    union all
    {{ measures_of('volumes', same_names(['set_views']), reason='set_reason') }}
    union all
    {{ measures_of('volumes', same_names(['set_posts_once', 'set_views_once']), reason='once_reason') }}

)

select * from measured

{#
    Posts and creators by the date of creation, as what each date of reading (read_on) added, so that no row depends on what was read
    later: a creator is one more on a date with their first post of that date, and the newcomer of their earliest date, which a post
    that is read later may move.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='from_date',
        rebuilt_on='read_on',
        pre_hook="{{ note_posted_dates(is_built=false) }}",
        post_hook="{{ note_posted_dates(is_built=true) }}",
    )
}}
{%- set subject = 'campaign_id, subject_type, subject_id, market' %}
with

rebuilds as (

    select * from {{ rebuild_from('hashtag') }}

),

read_now as (

    select posts.*
    from {{ ref('int_hashtag__posts') }} as posts
    inner join rebuilds on posts.campaign_id = rebuilds.campaign_id
    where posts.event_on >= rebuilds.rebuild_from

),

-- All posts of the creators that have one more.
known as (

    select
        posts.campaign_id,
        posts.subject_type,
        posts.subject_id,
        posts.market,
        posts.creator_key,
        posts.created_on,
        {{ week_on('posts.created_on', 'markets.week_starts_on') }} as week_on,
        {{ is_in_campaign('posts.created_on') }} as is_in_campaign,
        posts.event_on as read_on,
    from {{ ref('int_hashtag__posts') }} as posts
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on posts.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on posts.market = markets.market
    semi join read_now
        on
            posts.campaign_id = read_now.campaign_id
            and posts.subject_type = read_now.subject_type
            and posts.subject_id = read_now.subject_id
            and posts.market = read_now.market
            and posts.creator_key = read_now.creator_key

),

first_posts as (

    {% for period, period_on, dates in [('day', 'created_on', 'true'), ('week', 'week_on', 'is_in_campaign')] -%}
        select
            {{ subject }},
            '{{ period }}' as period,
            creator_key,
            {{ period_on }} as event_on,
            min(read_on) as read_on,
        from known
        where {{ dates }}
        group by {{ subject }}, creator_key, {{ period_on }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

earliest as (

    select
        {{ subject }},
        creator_key,
        read_on,
        min(created_on) as created_on,
        min(created_on) filter (where is_in_campaign) as in_campaign_on,
    from known
    group by {{ subject }}, creator_key, read_on

),

compared as (

    select
        {{ subject }},
        read_on,
        {%- for column in ['created_on', 'in_campaign_on'] %}
            min({{ column }}) over until_now as {{ column }},
            min({{ column }}) over earlier as {{ column }}_before,
        {%- endfor %}
    from earliest
    window
        earlier as (
            partition by {{ subject }}, creator_key
            order by read_on
            rows between unbounded preceding and 1 preceding
        ),
        until_now as (
            partition by {{ subject }}, creator_key
            order by read_on
            rows between unbounded preceding and current row
        )

),

added as (

    select
        {{ subject }},
        event_on as read_on,
        created_on as event_on,
        'posts' as counted,
        1 as number,
    from read_now
    union all
    select
        {{ subject }},
        event_on as read_on,
        created_on as event_on,
        'posts_with_comments' as counted,
        1 as number,
    from read_now
    where has_comments
    union all
    select
        {{ subject }},
        read_on,
        event_on,
        period as counted,
        1 as number,
    from first_posts
    {% for counted, column in [('new', 'created_on'), ('campaign', 'in_campaign_on')] -%}
        {% for event_on, number in [(column, 1), (column ~ '_before', -1)] -%}
            union all
            select
                {{ subject }},
                read_on,
                {{ event_on }} as event_on,
                '{{ counted }}' as counted,
                {{ number }} as number,
            from compared
            where {{ column }} is distinct from {{ column }}_before and {{ event_on }} is not null
        {% endfor %}
    {% endfor %}

),

summed as (

    select
        added.campaign_id,
        added.subject_type,
        added.subject_id,
        added.market,
        added.event_on,
        added.read_on,
        {%- for counted, column in [
            ('posts', 'posts'), ('posts_with_comments', 'posts_with_comments'), ('day', 'creators'), ('week', 'week_creators'), ('new', 'new_creators'),
            ('campaign', 'campaign_creators'),
        ] %}
            cast(coalesce(sum(added.number) filter (where added.counted = '{{ counted }}'), 0) as bigint) as {{ column }},
        {%- endfor %}
    from added
    inner join rebuilds on added.campaign_id = rebuilds.campaign_id
    where added.read_on >= rebuilds.rebuild_from
    group by added.campaign_id, added.subject_type, added.subject_id, added.market, added.event_on, added.read_on

)

select * from summed

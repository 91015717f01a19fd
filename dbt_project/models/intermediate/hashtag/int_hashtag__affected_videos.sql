{# The state of every affected video after this run: what was carried over, overlaid with its affected days. #}
{%- set counters = ['views', 'likes', 'comments', 'shares', 'saves'] %}
{%- set attributes = [
    'hashtags', 'display_hashtags', 'creator_key', 'creator_country', 'creator_followers', 'created_at', 'created_on', 'duration_seconds'
] %}
with

affected_days as (

    select * from {{ ref('int_hashtag__affected_days') }}

),

videos_before as (

    {{ previous('int_hashtag__videos', {
        'campaign_id': 'varchar', 'video_id': 'varchar', 'first_on': 'date', 'last_on': 'date', 'last_captured_at': 'timestamptz',
        'views': 'bigint', 'likes': 'bigint', 'comments': 'bigint', 'shares': 'bigint', 'saves': 'bigint',
        'views_on': 'date', 'likes_on': 'date', 'comments_on': 'date', 'shares_on': 'date', 'saves_on': 'date',
        'starts_from_zero': 'boolean',
        'hashtags': 'varchar[]', 'display_hashtags': 'varchar[]', 'creator_key': 'varchar', 'creator_country': 'varchar',
        'creator_followers': 'bigint', 'created_at': 'timestamptz', 'created_on': 'date', 'duration_seconds': 'bigint'
    }) }}

),

days as (

    select
        campaign_id,
        video_id,
        first_on,
        event_on as last_on,
        last_captured_at,
        starts_from_zero,
        {%- for counter in counters %}
            {{ counter }},
            case when {{ counter }} is not null then event_on end as {{ counter }}_on,
        {%- endfor %}
        {{ attributes | join(',\n        ') }},
    from affected_days

),

carried as (

    select videos_before.*
    from videos_before
    semi join (select distinct
        campaign_id,
        video_id
    from affected_days
    where not is_late) as fresh
        on videos_before.campaign_id = fresh.campaign_id and videos_before.video_id = fresh.video_id

),

known as (

    select * from days
    union all by name
    select * from carried

),

latest as (

    select
        campaign_id,
        video_id,
        min(first_on) as first_on,
        max(last_on) as last_on,
        max(last_captured_at) as last_captured_at,
        bool_or(starts_from_zero) as starts_from_zero,
        {%- for counter in counters %}
            max_by({{ counter }}, {{ counter }}_on) as {{ counter }},
            max({{ counter }}_on) as {{ counter }}_on,
        {%- endfor %}
        {%- for attribute in attributes %}
            max_by({{ attribute }}, last_on) filter (where {{ attribute }} is not null) as {{ attribute }},
        {%- endfor %}
    from known
    group by campaign_id, video_id

)

select * from latest

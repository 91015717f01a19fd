{# The lifetime counters of a video. #}
{% macro counters() -%}
    {{ return(['views', 'likes', 'comments', 'shares', 'saves']) }}
{%- endmacro %}

{#
    The bounds of a count that was rounded to a unit: half a unit to both sides where it was rounded to the nearest, a unit above where
    it was cut off, half a unit below and a unit above where it is not known which. A count that is written out is exact.
#}
{% macro lowest(count, unit, rounding) -%}
    greatest(
        0, {{ count }} - case when {{ unit }} > 1 and {{ rounding }} is distinct from 'down' then cast({{ unit }} / 2 as bigint) else 0 end
    )
{%- endmacro %}

{% macro highest(count, unit, rounding) -%}
    {{ count }} + case
        when {{ unit }} > 1 and {{ rounding }} = 'nearest' then cast({{ unit }} / 2 as bigint)
        when {{ unit }} > 1 then {{ unit }}
        else 0
    end
{%- endmacro %}

{# What is known of a video beside its counters. #}
{% macro video_attributes() -%}
    {{ return([
        'hashtags', 'display_hashtags', 'creator_key', 'creator_country', 'creator_followers', 'created_at', 'created_on',
        'duration_seconds',
    ]) }}
{%- endmacro %}

{# The change of a counter since its previous known reading, or since 0 for a video that is younger than the capture before. #}
{% macro net(counter, relation) -%}
    {{ relation }}.{{ counter }} - coalesce(
        {{ relation }}.{{ counter }}_previous, case when {{ relation }}.starts_from_zero then 0 end
    )
{%- endmacro %}

{#
    What the rows of a relation with campaign_id, hashtags and creator_country count for: every hashtag; the campaign, where one of
    them is the campaign's; of the campaign and its seeded hashtags the market of the creator, and all markets together.
#}
{% macro hashtag_subjects(relation, columns) %}
    {%- set kept = (['campaign_id'] + columns) | join(', ') %}
    select
        'hashtag' as subject_type,
        hashtag as subject_id,
        'all' as market,
        {{ kept }},
    from (select {{ kept }}, unnest(hashtags) as hashtag from {{ relation }}) as tagged
    union all
    select
        'hashtag' as subject_type,
        tagged.hashtag as subject_id,
        tagged.market,
        tagged.{{ kept | replace(', ', ', tagged.') }},
    from (
        select {{ kept }}, coalesce(creator_country, 'unknown') as market, unnest(hashtags) as hashtag from {{ relation }}
    ) as tagged
    semi join {{ ref('stg_campaign__hashtags') }} as seeded
        on tagged.campaign_id = seeded.campaign_id and tagged.hashtag = seeded.hashtag
    union all
    select
        'campaign' as subject_type,
        'all' as subject_id,
        unnest([coalesce(videos.creator_country, 'unknown'), 'all']) as market,
        videos.{{ kept | replace(', ', ', videos.') }},
    from {{ relation }} as videos
    inner join (
        select campaign_id, list(hashtag) as hashtags
        from {{ ref('stg_campaign__hashtags') }}
        where is_campaign_hashtag
        group by campaign_id
    ) as campaigns
        on videos.campaign_id = campaigns.campaign_id
    where list_has_any(videos.hashtags, campaigns.hashtags)
{% endmacro %}

{# Mature dates are told from provisional ones by the latest landing; only the rows whose flag flips are written. #}
{% macro flip_provisional(source) %}
    update {{ this }}
    set is_provisional = not is_provisional
    where is_provisional is distinct from (
        event_on > (select as_of from {{ ref('int_lake__as_of') }}) - {{ look_back_days(source) }}
    )
{% endmacro %}

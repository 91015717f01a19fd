{#
    What a video counts for: each hashtag it carries and, where one of them is the campaign's, the campaign itself; in the market
    of its creator. `videos` is a relation with campaign_id, video_id, hashtags, creator_country.
#}
{% macro hashtag_subjects(videos) %}
    select
        tagged.campaign_id,
        tagged.video_id,
        'hashtag' as subject_type,
        tagged.hashtag as subject_id,
        coalesce(tagged.creator_country, 'unknown') as market,
    from (select campaign_id, video_id, creator_country, unnest(hashtags) as hashtag from {{ videos }}) as tagged
    union all
    select distinct
        tagged.campaign_id,
        tagged.video_id,
        'campaign' as subject_type,
        'all' as subject_id,
        coalesce(tagged.creator_country, 'unknown') as market,
    from (select campaign_id, video_id, creator_country, unnest(hashtags) as hashtag from {{ videos }}) as tagged
    inner join {{ ref('stg_campaign__hashtags') }} as campaign_hashtags
        on tagged.campaign_id = campaign_hashtags.campaign_id and tagged.hashtag = campaign_hashtags.hashtag
    where campaign_hashtags.is_campaign_hashtag
{% endmacro %}

{# Mature dates are told from provisional ones by the latest landing; only the rows whose flag flips are written. #}
{% macro flip_provisional(source) %}
    update {{ this }}
    set is_provisional = not is_provisional
    where is_provisional is distinct from (
        event_on > (select as_of from {{ ref('int_lake__as_of') }}) - {{ look_back_days(source) }}
    )
{% endmacro %}

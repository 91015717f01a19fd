{#
    What the campaign, its seeded hashtags, comparison sets and pairs of hashtags, and its programmes gained on the dates of the campaign.
    Rows that are `is_dated` depend on no later date; the others may change at every build.
#}
{{ config(materialized='view') }}
with

pairs as (

    select
        campaign_id,
        'hashtag_pair' as subject_type,
        concat_ws(' ', hashtag, other_hashtag) as subject_id,
        'all' as market,
        'week' as period,
        week_on as event_on,
        week_on + 6 as last_on,
        case when reason is null then posts_together / cast(posts as double) end as share_together,
        (posts_with_hashtag / cast(posts as double)) * (posts_with_other / cast(posts as double)) as share_by_chance,
        case when reason is null then ln(lift) end as pair_information,
        case when reason is null then -ln(posts_together / cast(posts as double)) end as most_pair_information,
        reason,
    from {{ ref('int_hashtag__pair_weeks') }}

),

concentrations as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'week' as period,
        week_on as event_on,
        week_on + 6 as last_on,
        views_by_rank,
        creators * views as views_times_creators,
        top_views,
        views as creator_views,
        reason,
    from {{ ref('int_hashtag__concentration_weeks') }}

),

made_anew as (

    {{ measures_of('pairs', same_names(['share_together', 'share_by_chance', 'pair_information', 'most_pair_information'])) }}
    union all
    {{ measures_of('concentrations', same_names(['views_by_rank', 'views_times_creators', 'top_views', 'creator_views'])) }}
    union all
    select * from {{ ref('int_hashtag__video_measures') }}
    union all
    select * from {{ ref('int_hashtag__programme_measures') }}

),

measured as (

    select
        *,
        true as is_dated,
    from {{ ref('int_hashtag__day_measures') }}
    union all
    select
        *,
        false as is_dated,
    from made_anew

)

select * from measured

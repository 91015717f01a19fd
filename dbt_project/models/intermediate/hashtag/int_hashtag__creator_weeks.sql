{#
    What creators gained in views in the weeks of the campaign. A week is rebuilt as a whole while its last day is not before the first
    date to be rebuilt.
#}
{{ config(materialized='incremental', incremental_strategy='from_date', rebuilt_on='week_ends_on') }}
with

-- Summed over a creator's days of the same description first, which are fewer before they are taken apart by subject.
video_weeks as materialized (

    select
        days.campaign_id,
        days.hashtags,
        days.creator_country,
        days.creator_key,
        days.view_definition,
        {{ week_on('days.event_on', 'markets.week_starts_on') }} as week_on,
        {{ week_on('days.event_on', 'everywhere.week_starts_on') }} as week_everywhere_on,
        min(days.event_on) as event_on,
        sum({{ gross('views', 'days') }}) as views_gross,
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on days.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on coalesce(days.creator_country, 'unknown') = markets.market
    left join {{ ref('markets') }} as everywhere on everywhere.market = 'all'
    where
        days.event_on >= rebuilds.rebuild_from - 6
        and {{ is_in_campaign('days.event_on') }}
        and days.creator_key is not null
        and {{ net('views', 'days') }} is not null
    group by
        days.campaign_id, days.hashtags, days.creator_country, days.creator_key, days.view_definition,
        {{ week_on('days.event_on', 'markets.week_starts_on') }}, {{ week_on('days.event_on', 'everywhere.week_starts_on') }}

),

counted as not materialized (

    {{ hashtag_subjects('video_weeks', [
        'creator_key', 'view_definition', 'week_on', 'week_everywhere_on', 'views_gross',
    ], only_seeded=true) }}

),

weeks as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        creator_key,
        view_definition,
        case when market = 'all' then week_everywhere_on else week_on end as week_on,
        views_gross,
    from counted

)

select
    weeks.campaign_id,
    weeks.subject_type,
    weeks.subject_id,
    weeks.market,
    weeks.creator_key,
    weeks.view_definition,
    weeks.week_on,
    weeks.week_on + 6 as week_ends_on,
    cast(sum(weeks.views_gross) as bigint) as views_gross,
from weeks
inner join {{ rebuild_from('hashtag') }} as rebuilds on weeks.campaign_id = rebuilds.campaign_id
where weeks.week_on + 6 >= rebuilds.rebuild_from
group by
    weeks.campaign_id, weeks.subject_type, weeks.subject_id, weeks.market, weeks.creator_key, weeks.view_definition, weeks.week_on

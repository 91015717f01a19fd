{#
    What creators gained in views in the weeks of the campaign. A week is rebuilt as a whole while its last day is not before the first
    date to be rebuilt.
#}
{{ config(materialized='incremental', incremental_strategy='from_date', rebuilt_on='week_ends_on') }}
with

video_days as not materialized (

    select
        days.campaign_id,
        days.event_on,
        days.hashtags,
        days.creator_country,
        days.creator_key,
        days.view_definition,
        {{ gross('views', 'days') }} as views_gross,
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on days.campaign_id = campaigns.campaign_id
    where
        days.event_on >= rebuilds.rebuild_from - 6
        and days.event_on between campaigns.starts_on and coalesce(campaigns.ends_on, days.event_on)
        and days.creator_key is not null
        and {{ net('views', 'days') }} is not null

),

counted as not materialized (

    {{ hashtag_subjects('video_days', ['event_on', 'creator_key', 'view_definition', 'views_gross'], only_seeded=true) }}

),

weeks as (

    select
        counted.campaign_id,
        counted.subject_type,
        counted.subject_id,
        counted.market,
        counted.creator_key,
        counted.view_definition,
        {{ week_on('counted.event_on', 'markets.week_starts_on') }} as week_on,
        counted.views_gross,
    from counted
    left join {{ ref('markets') }} as markets on counted.market = markets.market

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

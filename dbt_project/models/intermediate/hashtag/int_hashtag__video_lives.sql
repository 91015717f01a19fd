{#
    How attention to a video rose and faded in the 28 days after it was posted, when it had no views. A life is rebuilt as a whole while
    its last day is not before the first date to be rebuilt. Counts of two definitions are not compared: of a life the readings count
    that are by the definition of the last of them.
#}
{{ config(materialized='incremental', incremental_strategy='from_date', rebuilt_on='closes_on') }}
{%- set days = 28 %}
with

readings as (

    select
        days.campaign_id,
        days.video_id,
        days.created_on,
        days.created_on + {{ days }} as closes_on,
        days.event_on,
        days.metric_definition,
        days.view_definition,
        days.views_read as views,
        {{ microseconds_between('days.created_at', part('views', 'days', 'read', 'read_at')) }}
        / cast(3600000000 as double) as hours,
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    where
        days.event_on >= rebuilds.rebuild_from - {{ days }}
        and days.created_on + {{ days }} >= rebuilds.rebuild_from
        and days.event_on between days.created_on and days.created_on + {{ days }}
        and days.views_read is not null
        and {{ part('views', 'days', 'read', 'read_at') }} > days.created_at

),

gains as (

    select
        *,
        (views - coalesce(lag(views) over life, 0)) / nullif(hours - coalesce(lag(hours) over life, 0), 0) as views_per_hour,
        last_value(views) over (
            partition by campaign_id, video_id, created_on, metric_definition
            order by event_on
            rows between unbounded preceding and unbounded following
        ) as last_views,
    from readings
    window life as (
        partition by campaign_id, video_id, created_on, metric_definition
        order by event_on
    )

),

lives as (

    select
        campaign_id,
        video_id,
        created_on,
        closes_on,
        count(*) as readings,
        min(hours) as first_read_hours,
        max(hours) as last_read_hours,
        max(event_on) >= created_on + {{ days - 1 }} as is_complete,
        max_by(hours, struct_pack(views_per_hour := views_per_hour, earlier := -hours)) as hours_to_peak,
        min(case when 2 * views >= last_views and last_views > 0 then hours end) as hours_to_half,
        cast(max(last_views) as bigint) as views,
        max_by(view_definition, event_on) as view_definition,
    from gains
    group by campaign_id, video_id, created_on, closes_on, metric_definition
    qualify row_number() over (partition by campaign_id, video_id, created_on order by max(event_on) desc) = 1

)

select * from lives

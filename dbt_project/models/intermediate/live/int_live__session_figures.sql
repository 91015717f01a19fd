{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

clocks as (

    select distinct
        session_number,
        campaign_id,
        session_id,
        basis,
        live_microseconds,
    from {{ ref('int_live__instances') }}

),

attended as (

    select
        campaign_id,
        session_id,
        count(*) as unique_attendees,
        case
            when count(case when is_known_by_id then 1 end) > 0 then count(case when is_known_by_id then 1 end)
            else count(distinct case when not is_known_by_id then person end)
        end as unique_attendees_low,
        {% for minute in [5, 15, 30] -%}
            count(case when attended_microseconds >= {{ minute * 60000000 }} then 1 end) as stayed_{{ minute }}m,
            count(case when could_attend_microseconds >= {{ minute * 60000000 }} then 1 end) as could_stay_{{ minute }}m,
        {% endfor -%}
        count(case when is_complete then 1 end) as completed_attendees,
        sum(views) as views,
        sum(imputed_leaves) as imputed_leaves,
        sum(attended_microseconds) as attended_microseconds,
        sum(attended_microseconds_low) as attended_microseconds_low,
        quantile_cont(attended_microseconds, [0.5, 0.9]) as watch_microseconds,
    from (
        select
            *,
            identity_code = {{ identity_code("'id'") }} as is_known_by_id,
        from {{ rebuilt_rows(ref('int_live__attendances')) }} as rebuilt
    ) as attendances
    group by campaign_id, session_id

),

sampled as (

    select
        session_number,
        max(viewers) filter (where holds_from = holds_until) as last_viewers,
        sum(viewers * (holds_until - holds_from)) as viewed_microseconds,
        sum(holds_until - holds_from) as covered_microseconds,
    from {{ ref('int_live__samples') }}
    group by session_number

),

peaked as (

    select
        session_number,
        max(concurrent) as peak_concurrent,
        {% for minute in [5, 15, 30] -%}
            sum(case when changed <= {{ minute * 60000000 }} then entered end) as present_at_{{ minute }}m,
        {% endfor %}
    from {{ ref('int_live__concurrency') }}
    group by session_number

),

-- The first instant of the peak; of a sample that the session ends with, its end.
first_peaked as (

    select
        concurrency.session_number,
        min(concurrency.changed) as changed,
    from {{ ref('int_live__concurrency') }} as concurrency
    inner join peaked
        on
            concurrency.session_number = peaked.session_number
            and concurrency.concurrent = peaked.peak_concurrent
    group by concurrency.session_number

),

combined as (

    select
        clocks.*,
        sampled.viewed_microseconds,
        sampled.covered_microseconds,
        {% for minute in [5, 15, 30] -%}
            peaked.present_at_{{ minute }}m,
        {% endfor -%}
        case
            when sampled.last_viewers > coalesce(peaked.peak_concurrent, -1) then sampled.last_viewers
            when clocks.basis = 'intervals' and clocks.live_microseconds > 0 then coalesce(peaked.peak_concurrent, 0)
            else peaked.peak_concurrent
        end as peak_concurrent,
        case
            when sampled.last_viewers > coalesce(peaked.peak_concurrent, -1) then clocks.live_microseconds
            else coalesce(first_peaked.changed, 0)
        end as peaked_after,
    from clocks
    left join sampled on clocks.session_number = sampled.session_number
    left join peaked on clocks.session_number = peaked.session_number
    left join first_peaked on clocks.session_number = first_peaked.session_number

),

-- Of the instances that had started by then the last one tells the instant.
timed as (

    select
        combined.campaign_id,
        combined.session_id,
        combined.basis = 'intervals' and combined.live_microseconds > 0 as has_people,
        combined.live_microseconds,
        combined.viewed_microseconds,
        coalesce(combined.covered_microseconds, 0) as covered_microseconds,
        combined.peak_concurrent,
        {% for minute in [5, 15, 30] -%}
            combined.present_at_{{ minute }}m,
        {% endfor -%}
        max(instances.starts + combined.peaked_after - instances.clock_at_start) as peaked,
    from combined
    inner join {{ ref('int_live__instances') }} as instances
        on
            combined.session_number = instances.session_number
            and combined.peaked_after >= instances.clock_at_start
    group by all

)

-- Where people are known, nobody is an observed 0; with samples or without live time they stay unknown.
select
    timed.campaign_id,
    timed.session_id,
    timed.live_microseconds,
    case when timed.has_people then timed.live_microseconds else timed.covered_microseconds end as covered_microseconds,
    case
        when timed.has_people then coalesce(attended.attended_microseconds, 0)
        when timed.covered_microseconds > 0 then timed.viewed_microseconds
    end as attended_microseconds,
    {% for figure in [
        'unique_attendees', 'unique_attendees_low', 'stayed_5m', 'stayed_15m',
        'stayed_30m', 'could_stay_5m', 'could_stay_15m', 'could_stay_30m', 'completed_attendees', 'views', 'imputed_leaves',
        'attended_microseconds_low',
    ] -%}
        cast(case when timed.has_people then coalesce(attended.{{ figure }}, 0) end as bigint) as {{ figure }},
    {% endfor -%}
    {% for minute in [5, 15, 30] -%}
        cast(case when timed.has_people then coalesce(timed.present_at_{{ minute }}m, 0) end as bigint)
            as present_at_{{ minute }}m,
    {% endfor -%}
    list_extract(attended.watch_microseconds, 1) as median_watch_microseconds,
    list_extract(attended.watch_microseconds, 2) as p90_watch_microseconds,
    timed.peak_concurrent,
    case when timed.peak_concurrent is not null then {{ instant_of('timed.peaked') }} end as peak_concurrent_at,
from timed
left join attended
    on
        timed.campaign_id = attended.campaign_id
        and timed.session_id = attended.session_id

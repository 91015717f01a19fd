{#
    Attendance of the sessions within the campaign's dates: by session; for the campaign by day, week and to date, people counted
    anew for each, the peak that of the highest session. What is per basis has the basis as its subject, since stays and samples
    make no common average.
#}
{%- set counted_people = [('unique_attendees', 'unique_attendees'), ('peak_concurrent', 'peak_concurrent')] %}
{%- set measured_minutes = [
    ('attended_minutes', minutes('attended_microseconds')), ('person_minutes', minutes('person_microseconds')),
] %}
{%- set minutes_by_basis = [
    ('concurrent_minutes', minutes('attended_microseconds')), ('covered_minutes', minutes('covered_microseconds')),
] %}
with

sessions as (

    select
        described.campaign_id,
        described.session_id,
        described.event_on,
        described.basis,
        described.market,
        figures.unique_attendees,
        figures.peak_concurrent,
        figures.attended_microseconds,
        figures.covered_microseconds,
        case when described.basis = 'intervals' then figures.attended_microseconds end as person_microseconds,
        case
            when described.basis = 'samples' then 'samples_only'
            when coalesce(figures.live_microseconds, 0) <= 0 then 'no_live_time'
            else 'no_reading'
        end as reason,
    from {{ ref('int_live__sessions') }} as described
    left join {{ ref('int_live__session_figures') }} as figures
        on described.campaign_id = figures.campaign_id and described.session_id = figures.session_id
    -- A session of more than a day has a wrong date somewhere: it is shown, and in no KPI.
    where
        described.basis <> 'registrations'
        and described.is_in_campaign
        and coalesce(figures.live_microseconds <= 86400000000, true)

),

by_session as (

    select
        *,
        'session' as period,
        event_on as last_on,
        'session' as subject_type,
        session_id as subject_id,
    from sessions

),

placed as (

    select
        sessions.campaign_id,
        sessions.session_id,
        sessions.basis,
        sessions.unique_attendees,
        sessions.peak_concurrent,
        sessions.attended_microseconds,
        sessions.covered_microseconds,
        sessions.person_microseconds,
        sessions.reason,
        counted.market,
        sessions.event_on as last_on,
        known.period,
        case
            when known.period = 'week' then {{ week_on('sessions.event_on', 'markets.week_starts_on') }}
            else sessions.event_on
        end as event_on,
    from sessions
    cross join lateral (select unnest([sessions.market, 'all']) as market) as counted
    cross join (values ('day'), ('week'), ('campaign_to_date')) as known (period)
    left join {{ ref('markets') }} as markets on counted.market = markets.market

),

-- A person is counted where they first attend within the period: to date that is once for all.
arrivals as (

    select
        campaign_id,
        market,
        period,
        event_on,
        count(*) as people,
    from (
        select
            placed.campaign_id,
            placed.market,
            placed.period,
            attendances.person,
            attendances.device,
            min(placed.event_on) as event_on,
        from placed
        inner join {{ ref('int_live__attendances') }} as attendances
            on placed.campaign_id = attendances.campaign_id and placed.session_id = attendances.session_id
        group by
            placed.campaign_id,
            placed.market,
            placed.period,
            attendances.person,
            attendances.device,
            case when placed.period <> 'campaign_to_date' then placed.event_on end
    ) as first_attended
    group by campaign_id, market, period, event_on

),

grouped as (

    select
        campaign_id,
        market,
        period,
        event_on,
        max(last_on) as last_on,
        max(peak_concurrent) as peak_concurrent,
        sum(attended_microseconds) as attended_microseconds,
        sum(person_microseconds) as person_microseconds,
        bool_or(unique_attendees is not null) as has_people,
        min(reason) as reason,
    from placed
    group by campaign_id, market, period, event_on

),

by_period as (

    select
        grouped.campaign_id,
        grouped.market,
        grouped.period,
        grouped.event_on,
        grouped.last_on,
        'campaign' as subject_type,
        'all' as subject_id,
        grouped.attended_microseconds,
        grouped.person_microseconds,
        case
            when grouped.period = 'campaign_to_date' then max(grouped.peak_concurrent) over so_far
            else grouped.peak_concurrent
        end as peak_concurrent,
        case
            when grouped.period = 'campaign_to_date'
                then case when bool_or(grouped.has_people) over so_far then sum(coalesce(arrivals.people, 0)) over so_far end
            when grouped.has_people then coalesce(arrivals.people, 0)
        end as unique_attendees,
        grouped.reason,
    from grouped
    left join arrivals
        on
            grouped.campaign_id = arrivals.campaign_id
            and grouped.market = arrivals.market
            and grouped.period = arrivals.period
            and grouped.event_on = arrivals.event_on
    window so_far as (
        partition by grouped.campaign_id, grouped.market, grouped.period
        order by grouped.event_on
        rows unbounded preceding
    )

),

by_day as (

    select *
    from by_period
    where period = 'day'

),

by_basis as (

    select
        campaign_id,
        market,
        period,
        event_on,
        max(last_on) as last_on,
        'basis' as subject_type,
        basis as subject_id,
        sum(attended_microseconds) as attended_microseconds,
        sum(covered_microseconds) as covered_microseconds,
        min(reason) as reason,
    from placed
    where period = 'day'
    group by campaign_id, market, period, event_on, basis

),

measured as (

    {{ measures_of('by_session', counted_people + measured_minutes + minutes_by_basis) }}
    union all
    {{ measures_of('by_period', counted_people) }}
    union all
    {{ measures_of('by_day', measured_minutes) }}
    union all
    {{ measures_of('by_basis', minutes_by_basis) }}

)

select * from measured

{#
    L02, L04-L07 per session, and for the campaign to date: minutes are summed, attendees counted once over all sessions, ratios
    taken from sums, the peak is the highest of the sessions.
#}
with

sessions as (

    select * from {{ ref('fct_live_session') }}

),

described as (

    select * from {{ ref('dim_live_session') }}

),

attendances as (

    select * from {{ ref('int_live__attendances') }}

),

with_market as (

    select
        sessions.*,
        coalesce(described.country, 'unknown') as market,
    from sessions
    inner join described on sessions.campaign_id = described.campaign_id and sessions.session_id = described.session_id
    where sessions.event_on is not null

),

per_session as (

    select
        campaign_id,
        event_on,
        event_on as last_on,
        'session' as period,
        market,
        'session' as subject_type,
        session_id as subject_id,
        unique_attendees,
        peak_concurrent,
        attended_minutes,
        covered_minutes,
        case when basis = 'intervals' then attended_minutes end as person_minutes,
        reason,
    from with_market

),

in_markets as (

    select
        with_market.* exclude (market),
        markets.market,
    from with_market
    cross join lateral (select unnest([with_market.market, 'all']) as market) as markets

),

session_days as (

    select distinct
        campaign_id,
        market,
        event_on,
    from in_markets

),

attendees_to_date as (

    select
        session_days.campaign_id,
        session_days.market,
        session_days.event_on,
        count(distinct attendances.person_key) as unique_attendees,
    from session_days
    inner join in_markets
        on
            session_days.campaign_id = in_markets.campaign_id
            and session_days.market = in_markets.market
            and session_days.event_on >= in_markets.event_on
    inner join attendances
        on in_markets.campaign_id = attendances.campaign_id and in_markets.session_id = attendances.session_id
    group by session_days.campaign_id, session_days.market, session_days.event_on

),

sessions_to_date as (

    select
        session_days.campaign_id,
        session_days.market,
        session_days.event_on,
        max(in_markets.peak_concurrent) as peak_concurrent,
        sum(in_markets.attended_minutes) as attended_minutes,
        sum(in_markets.covered_minutes) as covered_minutes,
        sum(case when in_markets.basis = 'intervals' then in_markets.attended_minutes end) as person_minutes,
        bool_or(in_markets.basis = 'intervals') as has_people,
    from session_days
    inner join in_markets
        on
            session_days.campaign_id = in_markets.campaign_id
            and session_days.market = in_markets.market
            and session_days.event_on >= in_markets.event_on
    group by session_days.campaign_id, session_days.market, session_days.event_on

),

to_date_ as (

    select
        sessions_to_date.campaign_id,
        sessions_to_date.event_on,
        sessions_to_date.event_on as last_on,
        'campaign_to_date' as period,
        sessions_to_date.market,
        'campaign' as subject_type,
        'all' as subject_id,
        case when sessions_to_date.has_people then coalesce(attendees_to_date.unique_attendees, 0) end as unique_attendees,
        sessions_to_date.peak_concurrent,
        sessions_to_date.attended_minutes,
        sessions_to_date.covered_minutes,
        sessions_to_date.person_minutes,
        case when not sessions_to_date.has_people then 'samples_only' end as reason,
    from sessions_to_date
    left join attendees_to_date
        on
            sessions_to_date.campaign_id = attendees_to_date.campaign_id
            and sessions_to_date.market = attendees_to_date.market
            and sessions_to_date.event_on = attendees_to_date.event_on

),

subjects as (

    select * from per_session
    union all by name
    select * from to_date_

),

kpis as (

    select
        subjects.*,
        kpi.kpi_id,
        case kpi.kpi_id
            when 'L02' then subjects.unique_attendees
            when 'L04' then subjects.peak_concurrent
            when 'L07' then subjects.person_minutes
            else subjects.attended_minutes
        end as numerator,
        case kpi.kpi_id
            when 'L05' then subjects.covered_minutes
            when 'L07' then subjects.unique_attendees
        end as denominator,
    from subjects
    cross join (values ('L02'), ('L04'), ('L05'), ('L06'), ('L07')) as kpi (kpi_id)

)

select
    campaign_id,
    kpi_id,
    event_on,
    last_on,
    period,
    market,
    subject_type,
    subject_id,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    case when kpi_id in ('L05', 'L07') then {{ ratio('numerator', 'denominator') }} else cast(numerator as double) end as value,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    'by_event_date' as basis,
    'live' as source,
    case
        when kpi_id in ('L05', 'L07') and numerator is not null and denominator = 0 then 'no_denominator'
        when numerator is null or (kpi_id in ('L05', 'L07') and denominator is null) then coalesce(reason, 'no_reading')
    end as reason,
from kpis

{#
    H01, H02, H03, H05, H06 of the campaign and of its seeded hashtags: by day, by week (from Monday) and for the campaign to
    date, per market. Only dates of the campaign count.
#}
with

totals as (

    select * from {{ ref('int_hashtag__subject_day_totals') }}

),

creators as (

    select * from {{ ref('int_hashtag__subject_creators') }}

),

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

),

seeded as (

    select * from {{ ref('stg_campaign__hashtags') }}

),

days as (

    select totals.*
    from totals
    inner join campaigns on totals.campaign_id = campaigns.campaign_id
    left join seeded
        on
            totals.campaign_id = seeded.campaign_id
            and totals.subject_type = 'hashtag'
            and totals.subject_id = seeded.hashtag
    where
        totals.event_on >= campaigns.starts_on
        and totals.event_on <= coalesce(campaigns.ends_on, totals.event_on)
        and (totals.subject_type = 'campaign' or seeded.hashtag is not null)

),

per_day as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        event_on,
        'day' as period,
        event_on as last_on,
        views,
        engagements_lcs,
        posts,
        is_observed,
        rated_views,
        rated_engagements_lcs,
    from days

),

per_week as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        cast(date_trunc('week', event_on) as date) as event_on,
        'week' as period,
        max(event_on) as last_on,
        sum(views) as views,
        sum(engagements_lcs) as engagements_lcs,
        sum(rated_views) as rated_views,
        sum(rated_engagements_lcs) as rated_engagements_lcs,
        sum(posts) as posts,
        bool_or(is_observed) as is_observed,
    from days
    group by campaign_id, subject_type, subject_id, market, date_trunc('week', event_on)

),

to_date_ as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        event_on,
        'campaign_to_date' as period,
        event_on as last_on,
        sum(views) over so_far as views,
        sum(engagements_lcs) over so_far as engagements_lcs,
        sum(rated_views) over so_far as rated_views,
        sum(rated_engagements_lcs) over so_far as rated_engagements_lcs,
        sum(posts) over so_far as posts,
        bool_or(is_observed) over so_far as is_observed,
    from days
    window so_far as (
        partition by campaign_id, subject_type, subject_id, market
        order by event_on
        rows unbounded preceding
    )

),

periods as (

    select * from per_day
    union all by name
    select * from per_week
    union all by name
    select * from to_date_

),

-- The running count of creators changes only on days with a new one: the last known count holds.
with_creators as (

    select
        periods.*,
        case
            when periods.period = 'campaign_to_date'
                then last_value(creators.unique_creators ignore nulls) over (
                    partition by periods.campaign_id, periods.subject_type, periods.subject_id, periods.market, periods.period
                    order by periods.event_on
                    rows unbounded preceding
                )
            else creators.unique_creators
        end as unique_creators,
    from periods
    left join creators
        on
            periods.campaign_id = creators.campaign_id
            and periods.subject_type = creators.subject_type
            and periods.subject_id = creators.subject_id
            and periods.market = creators.market
            and periods.period = creators.period
            and periods.event_on = creators.event_on

),

kpis as (

    select
        with_creators.campaign_id,
        kpi.kpi_id,
        with_creators.event_on,
        with_creators.last_on,
        with_creators.period,
        with_creators.market,
        with_creators.subject_type,
        with_creators.subject_id,
        case kpi.kpi_id
            when 'H01' then with_creators.views
            when 'H02' then with_creators.posts
            when 'H03' then coalesce(with_creators.unique_creators, 0)
            when 'H05' then with_creators.engagements_lcs
            when 'H06' then with_creators.rated_engagements_lcs
        end as numerator,
        case when kpi.kpi_id = 'H06' then with_creators.rated_views end as denominator,
        case when kpi.kpi_id in ('H02', 'H03') then 'by_creation_date' else 'by_event_date' end as basis,
        'hashtag' as source,
        case when not with_creators.is_observed then 'no_reading' else 'no_known_change' end as reason_unknown,
    from with_creators
    cross join (values ('H01'), ('H02'), ('H03'), ('H05'), ('H06')) as kpi (kpi_id)

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
    case when kpi_id = 'H06' then 100 * {{ ratio('numerator', 'denominator') }} else cast(numerator as double) end as value,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    basis,
    source,
    case
        when kpi_id = 'H06' and numerator is not null and denominator = 0 then 'no_denominator'
        when numerator is null or (kpi_id = 'H06' and denominator is null) then reason_unknown
    end as reason,
from kpis

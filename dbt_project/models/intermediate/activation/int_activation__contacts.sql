{#
    How many contacts helplines had beyond the straight line through the weeks before the campaign, by market and week and to date: an
    interrupted time series by least squares, whose line is carried on with the error of a prediction. The sums of the fit are whole numbers,
    so that its digits do not depend on the order of rows.
#}
{%- set weeks_before, line = 8, 'campaign_id, market, supplier, asset_id' %}
with

told as (

    select
        counts.campaign_id,
        counts.market,
        counts.supplier,
        counts.asset_id,
        campaigns.starts_on,
        {{ week_on('counts.event_on', 'markets.week_starts_on') }} as week_on,
        sum(counts.events) as contacts,
        count(counts.events) as dates,
    from {{ ref('int_activation__counted_days') }} as counts
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on counts.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on counts.market = markets.market
    where counts.activation = 'helpline.contacted'
    group by
        counts.campaign_id, counts.market, counts.supplier, counts.asset_id, campaigns.starts_on,
        {{ week_on('counts.event_on', 'markets.week_starts_on') }}

),

-- A helpline reports daily or weekly; a week with fewer dates than its fullest is not whole.
whole as (

    select
        *,
        week_on + 6 < starts_on as is_before,
        dates = max(dates) over (partition by {{ line }}) as is_whole,
        date_diff('day', min(week_on) over (partition by campaign_id, market), week_on) / 7 as week,
    from told

),

followed as (

    select
        *,
        count(case when is_before and is_whole then 1 end) over (partition by {{ line }}) >= {{ weeks_before }} as is_followed,
    from whole

),

weeks as (

    select
        campaign_id,
        market,
        week_on,
        is_before,
        cast(week as bigint) as week,
        cast(sum(case when is_followed and is_whole then contacts end) as bigint) as contacts,
        count(case when is_followed and is_whole then 1 end) as helplines,
        max(count(case when is_followed then 1 end)) over (partition by campaign_id, market) as helplines_followed,
    from followed
    group by campaign_id, market, week_on, is_before, week

),

sums as (

    select
        campaign_id,
        market,
        cast(count(*) as double) as n,
        cast(sum(week) as double) as weeks,
        cast(sum(contacts) as double) as contacts,
        cast(count(*) * sum(week * week) - sum(week) * sum(week) as double) as weeks_squared,
        cast(count(*) * sum(week * contacts) - sum(week) * sum(contacts) as double) as weeks_contacts,
        cast(count(*) * sum(contacts * contacts) - sum(contacts) * sum(contacts) as double) as contacts_squared,
    from weeks
    where is_before and helplines > 0 and helplines = helplines_followed
    group by campaign_id, market
    having count(*) >= {{ weeks_before }}

),

lines as (

    select
        campaign_id,
        market,
        n,
        weeks / n as mean_week,
        contacts / n as mean_contacts,
        weeks_contacts / weeks_squared as slope,
        weeks_squared / n as spread,
        greatest(contacts_squared - weeks_contacts * weeks_contacts / weeks_squared, 0) / n / (n - 2) as variance,
    from sums

),

held_against as (

    select
        weeks.campaign_id,
        weeks.market,
        weeks.week_on,
        weeks.week,
        lines.n,
        lines.mean_week,
        lines.spread,
        lines.variance,
        case
            when weeks.contacts >= {{ fewest_people() }}
                then weeks.contacts - lines.mean_contacts - lines.slope * (weeks.week - lines.mean_week)
        end as beyond,
        case
            when weeks.contacts < {{ fewest_people() }} then 'few_people'
            when lines.n is null then 'too_few_weeks'
        end as reason,
    from weeks
    left join lines on weeks.campaign_id = lines.campaign_id and weeks.market = lines.market
    where not weeks.is_before and weeks.helplines = weeks.helplines_followed

),

in_periods as (

    select
        campaign_id,
        'week' as period,
        market,
        week_on,
        n,
        mean_week,
        spread,
        variance,
        beyond,
        cast(case when beyond is not null then 1 else 0 end as double) as counted,
        cast(case when beyond is not null then week else 0 end as double) as counted_weeks,
        reason,
    from held_against
    union all
    select
        campaign_id,
        'campaign_to_date' as period,
        market,
        week_on,
        n,
        mean_week,
        spread,
        variance,
        {{ exact_sum('beyond', 'so_far') }} as beyond,
        cast(count(beyond) over so_far as double) as counted,
        cast(sum(case when beyond is not null then week else 0 end) over so_far as double) as counted_weeks,
        min(reason) over so_far as reason,
    from held_against
    window so_far as (partition by campaign_id, market order by week_on rows unbounded preceding)

),

erred as (

    select
        *,
        variance * (counted + counted * counted / n + pow(counted_weeks - counted * mean_week, 2) / spread) as error_squared,
        {{ week_on('week_on + 3', '1') }} as week_of_all,
    from in_periods

),

-- To date, all markets together are the latest sums of each. Their degrees of freedom are those of the shortest line.
so_far as (

    select
        weeks.campaign_id,
        weeks.week_of_all,
        erred.beyond,
        erred.error_squared,
        erred.n,
        erred.reason,
    from (
        select distinct
            campaign_id,
            week_of_all,
        from erred
    ) as weeks
    inner join erred
        on
            weeks.campaign_id = erred.campaign_id
            and weeks.week_of_all >= erred.week_of_all
            and erred.period = 'campaign_to_date'
    qualify row_number() over (
        partition by weeks.campaign_id, weeks.week_of_all, erred.market
        order by erred.week_on desc
    ) = 1

),

combined as (

    select
        campaign_id,
        period,
        market,
        week_on as event_on,
        beyond,
        error_squared,
        n - 2 as freedom,
        case when beyond is null then reason end as reason,
    from erred
    {% for period, parts in [('week', "(select * from erred where period = 'week') as weeks"), ('campaign_to_date', 'so_far')] %}
        union all
        select
            campaign_id,
            '{{ period }}' as period,
            'all' as market,
            week_of_all as event_on,
            {{ exact_sum('beyond') }} as beyond,
            {{ exact_sum('case when beyond is not null then error_squared end') }} as error_squared,
            min(case when beyond is not null then n end) - 2 as freedom,
            case when count(beyond) = 0 then min(reason) end as reason,
        from {{ parts }}
        group by campaign_id, week_of_all
    {% endfor %}

),

bounded as (

    select
        *,
        {{ student_quantile('0.95', 'freedom') }} * sqrt(error_squared) as half, -- noqa: PRS
    from combined

)

select
    campaign_id,
    period,
    event_on,
    event_on + 6 as last_on,
    market,
    'campaign' as subject_type,
    'all' as subject_id,
    beyond as contacts_beyond_expected,
    beyond - half as contacts_beyond_expected_low,
    beyond + half as contacts_beyond_expected_high,
    reason,
from bounded

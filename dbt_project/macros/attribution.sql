{#
    How many contacts helplines had beyond the straight line through the weeks before the campaign, by market and week and to date: an
    interrupted time series by least squares, whose line is carried on with the error of a prediction. The sums of the fit are whole numbers,
    so that its digits do not depend on the order of rows.
#}
{% macro contacts_beyond_expected() %}
{%- set weeks_before, fewest, line = 8, 10, 'campaign_id, market, supplier, asset_id' %}
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
        case when weeks.contacts >= {{ fewest }} then weeks.contacts - lines.mean_contacts - lines.slope * (weeks.week - lines.mean_week) end as beyond,
        case when weeks.contacts < {{ fewest }} then 'few_people' when lines.n is null then 'too_few_weeks' end as reason,
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

-- All markets: a week holds the middle of theirs; to date, each counts with its latest. The shortest line gives the interval.
so_far as (

    select
        weeks.campaign_id,
        weeks.week_of_all,
        erred.beyond,
        erred.error_squared,
        erred.n,
        erred.reason,
    from (select distinct campaign_id, week_of_all from erred) as weeks
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
{% endmacro %}

{#
    How many more taps go with 1,000 more views in a market and week, over that week and the next two: a Poisson regression of weekly taps
    on the views of the week and the two before, every market with a level of its own. Given a market's total, how it spreads over its
    weeks holds the slope alone, so that Newton's method has one number to find. The relation `views` has weeks of markets with
    their views; help the weeks of resources with their taps.
#}
{% macro referrals_by_exposure(views) %}
{%- set steps, fewest_freedom = 8, 8 %}
with

viewed as (

    select
        views.campaign_id,
        views.market,
        views.event_on as week_on,
        views.event_on >= campaigns.starts_on
        and views.event_on + 6 <= coalesce(least(campaigns.ends_on, as_of.as_of), as_of.as_of) as is_whole,
        views.market_views,
        -- The campaign had no views before it began.
        case when lag(views.event_on, 1, views.event_on - 7) over of_market = views.event_on - 7
            then lag(views.market_views, 1, 0) over of_market end as views_before,
        case when lag(views.event_on, 2, views.event_on - 14) over of_market = views.event_on - 14
            then lag(views.market_views, 2, 0) over of_market end as views_before_that,
    from {{ views }} as views
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on views.campaign_id = campaigns.campaign_id
    cross join {{ ref('int_lake__as_of') }} as as_of
    window of_market as (partition by views.campaign_id, views.market order by views.event_on)

),

exposed_weeks as (

    select
        campaign_id,
        market,
        week_on,
        (market_views + views_before + views_before_that) / 1000 as thousands,
        count(*) over (partition by campaign_id, market) as weeks,
    from viewed
    where is_whole and market_views + views_before + views_before_that is not null

),

-- A resource counts where every week of it is shown.
tapped as (

    select
        help.campaign_id,
        help.market,
        help.week_on,
        exposed_weeks.thousands,
        exposed_weeks.weeks,
        cast(help.taps as double) as taps,
        count(help.taps) over (partition by help.campaign_id, help.market, help.resource_id) as weeks_shown,
    from {{ ref('int_activation__help_weeks') }} as help
    inner join exposed_weeks
        on
            help.campaign_id = exposed_weeks.campaign_id
            and help.market = exposed_weeks.market
            and help.week_on = exposed_weeks.week_on
    where help.resource_id <> 'all'

),

summed as (

    select
        campaign_id,
        market,
        week_on,
        thousands,
        sum(taps) as taps,
    from tapped
    where weeks_shown = weeks
    group by campaign_id, market, week_on, thousands

),

scaled as (

    select
        *,
        thousands / nullif(max(thousands) over (partition by campaign_id), 0) as exposure,
        max(thousands) over (partition by campaign_id) as most,
        sum(taps) over (partition by campaign_id, market) as market_taps,
    from summed

),

markets as (

    select
        campaign_id,
        market,
        sum(taps) as taps,
        {{ exact_sum('taps * exposure') }} as exposed_taps,
        list_sort(list(exposure)) as exposures,
    from scaled
    where exposure is not null
    group by campaign_id, market

),

campaigns as (

    select
        campaign_id,
        list_sort(list(struct_pack(taps := taps, exposed_taps := exposed_taps, exposures := exposures))) as markets,
    from markets
    group by campaign_id

),

-- A step is kept short, so that it does not leave the region where the sums are finite.
fits as (

    select
        campaign_id,
        markets,
        list_reduce(
            list_transform(range(0, {{ steps + 1 }}), lambda step: cast(0 as double)),
            lambda slope, step: slope + greatest(
                least({{ _score('slope') }} / nullif({{ _information('slope') }}, 0), cast(2 as double)), cast(-2 as double)
            )
        ) as slope,
    from campaigns

),

expected as (

    select
        scaled.campaign_id,
        scaled.market,
        scaled.week_on,
        scaled.taps,
        scaled.most,
        fits.slope,
        {{ _information('fits.slope', 'fits.markets') }} as information,
        scaled.market_taps * exp(fits.slope * scaled.exposure)
        / {{ exact_sum('exp(fits.slope * scaled.exposure)', 'of_market') }} as fitted,
    from scaled
    inner join fits on scaled.campaign_id = fits.campaign_id
    window of_market as (partition by scaled.campaign_id, scaled.market)

),

dispersed as (

    select
        campaign_id,
        max(week_on) as event_on,
        slope,
        information,
        most,
        sum(taps) / count(*) as mean_taps,
        count(distinct market) as markets,
        count(*) - count(distinct market) - 1 as freedom,
        {{ exact_sum('pow(taps - fitted, 2) / nullif(fitted, 0)') }} as unevenness,
    from expected
    group by campaign_id, slope, information, most

),

bounded as (

    select
        *,
        3 * mean_taps / most as each_step,
        markets >= 2 and freedom >= {{ fewest_freedom }} and information > 0 as is_enough,
        sqrt(greatest(unevenness / freedom, 1) / information) * {{ student_quantile('0.95', 'freedom') }} as half, -- noqa: PRS
    from dispersed
    where freedom > 0

),

found as (

    select
        campaign_id,
        event_on,
        case when is_enough then each_step * slope end as slope,
        case when is_enough then each_step * (slope - half) end as low,
        case when is_enough then each_step * (slope + half) end as high,
    from bounded

)

-- A campaign of which people sought help has a row, with or without a slope.
select
    helped.campaign_id,
    'campaign_to_date' as period,
    helped.week_on as event_on,
    helped.week_on + 6 as last_on,
    'all' as market,
    'campaign' as subject_type,
    'all' as subject_id,
    found.slope as referrals_by_exposure,
    found.low as referrals_by_exposure_low,
    found.high as referrals_by_exposure_high,
    'too_few_weeks' as reason,
from (
    select
        help.campaign_id,
        max(help.week_on) as week_on,
    from {{ ref('int_activation__help_weeks') }} as help
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on help.campaign_id = campaigns.campaign_id
    where {{ touches_campaign('help.week_on', 'help.week_on + 6') }}
    group by help.campaign_id
) as helped
left join found on helped.campaign_id = found.campaign_id
{% endmacro %}

{# Of the likelihood of a slope, given the totals of markets: its first derivative, and the second with the sign changed. #}
{% macro _score(slope, markets='markets') -%}
    list_sum(list_transform({{ markets }}, lambda part:
        part.exposed_taps - part.taps * {{ _raised(slope, 1) }} / {{ _raised(slope, 0) }}
    ))
{%- endmacro %}

{% macro _information(slope, markets='markets') -%}
    list_sum(list_transform({{ markets }}, lambda part:
        part.taps * ({{ _raised(slope, 2) }} / {{ _raised(slope, 0) }} - pow({{ _raised(slope, 1) }} / {{ _raised(slope, 0) }}, 2))
    ))
{%- endmacro %}

{% macro _raised(slope, power) -%}
    list_sum(list_transform(part.exposures, lambda exposure: pow(exposure, {{ power }}) * exp({{ slope }} * exposure)))
{%- endmacro %}

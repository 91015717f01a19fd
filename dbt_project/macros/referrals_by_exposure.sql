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
{% macro _score(slope) -%}
    list_sum(list_transform(markets, lambda part:
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

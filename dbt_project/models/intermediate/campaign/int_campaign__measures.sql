{#
    The measures that some KPI is made of, from every source; those that are additive are summed from days to weeks and to date. Some are
    held against what seeds say of markets and organisations.
#}
with

measures as (

    {% for source in source_names() -%}
        select
            campaign_id,
            measure,
            period,
            event_on,
            last_on,
            market,
            subject_type,
            subject_id,
            value,
            low,
            high,
            reason,
        from {{ ref('int_' ~ source ~ '__measures') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

days as (

    select
        measures.*,
        {{ week_on('measures.event_on', 'markets.week_starts_on') }} as week_on,
        -- A day without a common unit leaves its period without one.
        case when measures.reason = 'several_definitions' then measures.reason end as several,
    from measures
    inner join {{ ref('measures') }} as dictionary on measures.measure = dictionary.measure
    left join {{ ref('markets') }} as markets on measures.market = markets.market
    where dictionary.additivity = 'additive' and measures.period in ('day', 'within_week', 'within_campaign')

),

weeks as (

    select
        campaign_id,
        measure,
        'week' as period,
        week_on as event_on,
        max(last_on) as last_on,
        market,
        subject_type,
        subject_id,
        case when count(several) = 0 then {{ exact_sum('value') }} end as value,
        case when count(low) > 0 and count(several) = 0 then {{ exact_sum('coalesce(low, value)') }} end as low,
        case when count(high) > 0 and count(several) = 0 then {{ exact_sum('coalesce(high, value)') }} end as high,
        coalesce(min(several), case when count(value) = 0 then min(reason) end) as reason,
    from days
    where period <> 'within_campaign'
    group by campaign_id, measure, week_on, market, subject_type, subject_id

),

dates as (

    select
        campaign_id,
        measure,
        event_on,
        max(last_on) as last_on,
        market,
        subject_type,
        subject_id,
        {{ exact_sum('value') }} as value,
        case when count(low) > 0 then {{ exact_sum('coalesce(low, value)') }} end as low,
        case when count(high) > 0 then {{ exact_sum('coalesce(high, value)') }} end as high,
        min(reason) as reason,
        min(several) as several,
    from days
    where period <> 'within_week'
    group by campaign_id, measure, event_on, market, subject_type, subject_id

),

to_date_ as (

    select
        campaign_id,
        measure,
        'campaign_to_date' as period,
        event_on,
        last_on,
        market,
        subject_type,
        subject_id,
        case when count(several) over so_far = 0 then {{ exact_sum('value', 'so_far') }} end as value,
        case
            when count(low) over so_far > 0 and count(several) over so_far = 0
                then {{ exact_sum('coalesce(low, value)', 'so_far') }}
        end as low,
        case
            when count(high) over so_far > 0 and count(several) over so_far = 0
                then {{ exact_sum('coalesce(high, value)', 'so_far') }}
        end as high,
        coalesce(min(several) over so_far, case when count(value) over so_far = 0 then min(reason) over so_far end) as reason,
    from dates
    window so_far as (
        partition by campaign_id, measure, market, subject_type, subject_id
        order by event_on
        rows unbounded preceding
    )

),

exposed as (

    select
        weeks.campaign_id,
        weeks.period,
        weeks.event_on,
        weeks.last_on,
        weeks.market,
        weeks.subject_type,
        weeks.subject_id,
        weeks.reason,
        weeks.value as market_views,
        weeks.low as market_views_low,
        weeks.high as market_views_high,
        markets.online_18_34,
    from weeks
    left join {{ ref('markets') }} as markets on weeks.market = markets.market
    where weeks.measure = 'views' and weeks.subject_type = 'campaign' and weeks.market not in ('all', 'unknown')

),

capacities as (

    select
        market,
        sum(weekly_capacity) as weekly_capacity,
    from (
        select
            market,
            organisation_id,
            max(weekly_capacity) as weekly_capacity,
        from {{ ref('organisations') }}
        group by market, organisation_id
    ) as organisations
    group by market
    having sum(weekly_capacity) > 0

),

-- Weeks of markets start on different days; all markets together have the week that holds the middle of theirs.
referred_weeks as (

    select
        help.campaign_id,
        weeks.market,
        case when weeks.market = 'all' then {{ week_on('help.week_on + 3', '1') }} else help.week_on end as event_on,
        help.taps,
        capacities.weekly_capacity,
        help.reason,
    from {{ ref('int_activation__help_weeks') }} as help
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on help.campaign_id = campaigns.campaign_id
    inner join capacities on help.market = capacities.market
    inner join (
        select
            market as of_market,
            unnest([market, 'all']) as market,
        from capacities
    ) as weeks
        on help.market = weeks.of_market
    where help.resource_id = 'all' and {{ touches_campaign('help.week_on', 'help.week_on + 6') }}

),

referred as (

    select
        campaign_id,
        'week' as period,
        event_on,
        event_on + 6 as last_on,
        market,
        'campaign' as subject_type,
        'all' as subject_id,
        sum(taps) as referral_taps,
        sum(weekly_capacity) as referral_capacity,
        min(reason) as reason,
    from referred_weeks
    group by campaign_id, event_on, market

),

-- By how many definitions the views of the known weeks of markets are counted.
exposed_by as (

    select
        exposed.campaign_id,
        count(distinct weeks.subject_id) as definitions,
    from exposed
    inner join weeks on {{ same('exposed', 'weeks', ['campaign_id', 'market', 'event_on']) }}
    where
        exposed.market_views is not null
        and weeks.measure = 'views'
        and weeks.subject_type = 'platform'
        and weeks.value is not null
    group by exposed.campaign_id

),

exposures as (

    select
        {{ listed(['campaign_id', 'period', 'event_on', 'last_on', 'market', 'subject_type', 'subject_id'], 'slopes') }}
        {%- for bound in ['', '_low', '_high'] %}
            case
                when exposed_by.definitions > 1 then null else slopes.referrals_by_exposure{{ bound }}
            end as referrals_by_exposure{{ bound }},
        {%- endfor %}
        case when exposed_by.definitions > 1 then 'several_definitions' else slopes.reason end as reason,
    from ({{ referrals_by_exposure('exposed') }}) as slopes
    left join exposed_by on slopes.campaign_id = exposed_by.campaign_id

),

{#- Whether some date is of several definitions, or of another than a known date before it in the phase. -#}
{%- set several -%}
    coalesce(
        max(case when dates.several is not null then dates.event_on end) > min(case when dates.value is not null then dates.event_on end)
        or count(case when dates.value is null then dates.several end) > 0,
        false
    )
{%- endset %}

-- What a phase cost for an outcome, and the outcome of its days.
paid as (

    select
        costs.campaign_id,
        'phase' as period,
        phases.starts_on as event_on,
        phases.ends_on as last_on,
        'all' as market,
        'phase' as subject_type,
        concat_ws(':', costs.phase, costs.kpi_id, costs.reported_in) as subject_id,
        costs.outcome_cost,
        case when not {{ several }} then {{ exact_sum('dates.value') }} end as outcomes,
        case
            when {{ several }} then 'several_definitions'
            when max(dictionary.additivity) = 'additive' and max(by_basis.measure) is null then 'no_reading'
            else 'not_additive'
        end as reason,
    from (
        select
            campaign_id,
            phase,
            kpi_id,
            reported_in,
            {{ exact_sum('amount * rate') }} as outcome_cost,
        from {{ ref('costs') }}
        group by campaign_id, phase, kpi_id, reported_in
    ) as costs
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on costs.campaign_id = campaigns.campaign_id
    inner join {{ ref('phases') }} as phases on costs.campaign_id = phases.campaign_id and costs.phase = phases.phase
    left join {{ ref('kpi_formulas') }} as formulas on costs.kpi_id = formulas.kpi_id and formulas.denominator is null
    left join {{ ref('measures') }} as dictionary on formulas.numerator = dictionary.measure
    left join (
        select distinct
            campaign_id,
            measure,
        from dates
        where subject_type = 'basis'
    ) as by_basis
        on costs.campaign_id = by_basis.campaign_id and dictionary.measure = by_basis.measure
    left join dates
        on
            costs.campaign_id = dates.campaign_id
            and dictionary.measure = dates.measure
            and dates.market = 'all'
            and dates.subject_type = 'campaign'
            and dates.event_on between phases.starts_on and phases.ends_on
    group by
        costs.campaign_id, costs.phase, costs.kpi_id, costs.reported_in, costs.outcome_cost, phases.starts_on, phases.ends_on

),

held_against as (

    {{ measures_of('exposed', same_names(['market_views']), bounded=['market_views']) }}
    union all
    {{ measures_of('exposed', same_names(['online_18_34']), reason="'no_population'") }}
    union all
    {{ measures_of('referred', same_names(['referral_taps', 'referral_capacity'])) }}
    union all
    {{ measures_of('exposures', same_names(['referrals_by_exposure']), bounded=['referrals_by_exposure']) }}
    union all
    {{ measures_of('paid', same_names(['outcome_cost', 'outcomes'])) }}

),

combined as (

    select * from measures
    where period not in ('within_week', 'within_campaign')
    union all
    select * from weeks
    union all
    select * from to_date_
    union all
    select * from held_against

)

select combined.*
from combined
semi join (
    select numerator as measure from {{ ref('kpi_formulas') }}
    union all
    select denominator as measure from {{ ref('kpi_formulas') }}
) as used
    on combined.measure = used.measure

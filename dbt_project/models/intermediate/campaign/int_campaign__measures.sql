{#
    The measures that some KPI is made of, from every source; those that are additive are summed from days to weeks and to date. Some are
    held against what seeds say of markets and organisations. Dated rows are built from the first week on in which anything changed; what
    went before is in their sums to date as one row of the first of all dates.
#}
{{ config(materialized='incremental', incremental_strategy='dated') }}
{%- set first_date = "date '0001-01-01'" %}
with

measures as not materialized (

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
            {{ 'is_dated' if has_dated_rows(source) else 'false as is_dated' }},
        from {{ ref('int_' ~ source ~ '__measures') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

begins as (

    {{ first_built() }}

),

built as (

    select measures.*
    from measures
    left join begins on measures.campaign_id = begins.campaign_id
    where not measures.is_dated or measures.event_on >= begins.event_on

),

days as (

    select
        built.*,
        {{ week_on('built.event_on', 'markets.week_starts_on') }} as week_on,
        -- A day without a common unit leaves its period without one.
        case when built.reason = 'several_definitions' then built.reason end as several,
    from built
    inner join {{ ref('measures') }} as dictionary on built.measure = dictionary.measure
    left join {{ ref('markets') }} as markets on built.market = markets.market
    where dictionary.additivity = 'additive' and built.period in ('day', 'within_week', 'within_campaign')

),

weeks as (

    select
        days.campaign_id,
        days.measure,
        'week' as period,
        days.week_on as event_on,
        max(days.last_on) as last_on,
        days.market,
        days.subject_type,
        days.subject_id,
        case when count(days.several) = 0 then {{ exact_sum('days.value') }} end as value,
        case
            when count(days.low) > 0 and count(days.several) = 0 then {{ exact_sum('coalesce(days.low, days.value)') }}
        end as low,
        case
            when count(days.high) > 0 and count(days.several) = 0 then {{ exact_sum('coalesce(days.high, days.value)') }}
        end as high,
        coalesce(min(days.several), case when count(days.value) = 0 then min(days.reason) end) as reason,
        days.is_dated,
    from days
    left join begins on days.campaign_id = begins.campaign_id
    where days.period <> 'within_campaign' and (not days.is_dated or days.week_on >= begins.event_on)
    group by
        days.campaign_id, days.measure, days.week_on, days.market, days.subject_type, days.subject_id, days.is_dated

),

-- What was before the first date to be built.
days_before as (

    select
        measures.*,
        case when measures.reason = 'several_definitions' then measures.reason end as several,
    from measures
    inner join {{ ref('measures') }} as dictionary on measures.measure = dictionary.measure
    inner join begins on measures.campaign_id = begins.campaign_id
    where
        dictionary.additivity = 'additive'
        and measures.period in ('day', 'within_campaign')
        and measures.is_dated
        and measures.event_on < begins.event_on

),

dates as (

    {% for relation, date in [('days', 'event_on'), ('days_before', first_date)] -%}
        select
            campaign_id,
            measure,
            {{ date }} as event_on,
            max(last_on) as last_on,
            market,
            subject_type,
            subject_id,
            {{ decimal_sum('value') }} as value,
            case when count(low) > 0 then {{ decimal_sum('coalesce(low, value)') }} end as low,
            case when count(high) > 0 then {{ decimal_sum('coalesce(high, value)') }} end as high,
            min(reason) as reason,
            min(several) as several,
            is_dated,
        from {{ relation }}
        where period <> 'within_week'
        group by campaign_id, measure, {{ 'event_on, ' if date == 'event_on' }}market, subject_type, subject_id, is_dated
        {{ 'union all' if not loop.last }}
    {% endfor %}

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
        is_dated,
    from dates
    window so_far as (
        partition by campaign_id, measure, market, subject_type, subject_id
        order by event_on
        rows unbounded preceding
    )

),

-- Weeks before the first to be built are as the last build left them.
market_weeks as (

    select * from weeks
    {% if is_incremental() -%}
        union all
        select before.*
        from {{ this }} as before
        left join begins on before.campaign_id = begins.campaign_id
        where
            before.is_dated
            and before.period = 'week'
            and before.event_on < coalesce(begins.event_on, date '9999-12-31')
    {%- endif %}

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
    from market_weeks as weeks
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
    inner join market_weeks as weeks on {{ same('exposed', 'weeks', ['campaign_id', 'market', 'event_on']) }}
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

outcomes as (

    select
        measures.campaign_id,
        measures.measure,
        measures.event_on,
        {{ decimal_sum('measures.value') }} as value,
        min(case when measures.reason = 'several_definitions' then measures.reason end) as several,
    from measures
    inner join {{ ref('measures') }} as dictionary on measures.measure = dictionary.measure
    where
        dictionary.additivity = 'additive'
        and measures.period in ('day', 'within_campaign')
        and measures.market = 'all'
        and measures.subject_type = 'campaign'
    group by measures.campaign_id, measures.measure, measures.event_on

),

{#- Whether some date is of several definitions, or of another than a known date before it in the phase. -#}
{%- set several -%}
    coalesce(
        max(case when outcomes.several is not null then outcomes.event_on end)
        > min(case when outcomes.value is not null then outcomes.event_on end)
        or count(case when outcomes.value is null then outcomes.several end) > 0,
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
        case when not {{ several }} then {{ exact_sum('outcomes.value') }} end as outcomes,
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
        from measures
        where subject_type = 'basis' and period = 'day'
    ) as by_basis
        on costs.campaign_id = by_basis.campaign_id and dictionary.measure = by_basis.measure
    left join outcomes
        on
            costs.campaign_id = outcomes.campaign_id
            and dictionary.measure = outcomes.measure
            and outcomes.event_on between phases.starts_on and phases.ends_on
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

    select * from built
    where period not in ('within_week', 'within_campaign')
    union all
    select * from weeks
    union all
    select * from to_date_
    where event_on > {{ first_date }}
    union all
    select
        *,
        false as is_dated,
    from held_against

)

select combined.*
from combined
semi join (
    select numerator as measure from {{ ref('kpi_formulas') }}
    union all
    select denominator as measure from {{ ref('kpi_formulas') }}
) as used
    on combined.measure = used.measure

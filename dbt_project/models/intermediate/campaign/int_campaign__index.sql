{#
    C06, week by week: how far each line of the scorecard that has a weight has come from its baseline to its target, weighted as the seed
    says. A line counts with its latest value by the end of the week; where one is missing there is no index. C06b is how often the week
    keeps its rank among the weeks when the weights are drawn 1,000 times instead, every set of weights being equally likely (Dirichlet).
#}
{%- set draws = 1000 %}
with

components as (

    select
        campaigns.campaign_id,
        scorecard.position,
        scorecard.kpi_id,
        scorecard.period,
        scorecard.market as selected_market,
        scorecard.subject_type,
        scorecard.subject_id as selected_subject,
        scorecard.baseline,
        scorecard.target,
        scorecard.weight,
    from {{ ref('stg_campaign__campaigns') }} as campaigns
    inner join {{ ref('scorecard') }} as scorecard on {{ on_its_scorecard() }}
    where scorecard.weight > 0

),

known as (

    select
        components.campaign_id,
        components.position,
        kpis.event_on,
        kpis.matures_on,
        case when kpis.caveat is null then kpis.value end as value,
        lead(kpis.event_on) over (
            partition by components.campaign_id, components.position
            order by kpis.event_on, kpis.market, kpis.subject_id
        ) as next_on,
    from components
    inner join {{ ref('int_campaign__kpis') }} as kpis on {{ selected_by('components') }}

),

weeks as (

    select distinct
        kpis.campaign_id,
        kpis.event_on as week_on,
        kpis.event_on + 6 as last_on,
    from {{ ref('int_campaign__kpis') }} as kpis
    semi join components on kpis.campaign_id = components.campaign_id
    cross join {{ ref('int_lake__as_of') }} as as_of
    where kpis.period = 'week' and kpis.market = 'all' and kpis.subject_type = 'campaign' and kpis.event_on <= as_of.as_of

),

scored as (

    select
        weeks.campaign_id,
        weeks.week_on,
        weeks.last_on,
        components.position,
        components.weight,
        known.matures_on,
        -- An unknown value has no points: least() and greatest() alone would leave it out.
        case
            when known.value is not null and components.target <> components.baseline
                then 100 * least(
                    greatest((known.value - components.baseline) / (components.target - components.baseline), cast(0 as double)),
                    cast(1.2 as double)
                )
        end as points,
    from weeks
    inner join components on weeks.campaign_id = components.campaign_id
    left join known
        on
            components.campaign_id = known.campaign_id
            and components.position = known.position
            and known.event_on <= weeks.last_on
            and (known.next_on is null or known.next_on > weeks.last_on)

),

indexed as (

    select
        campaign_id,
        week_on,
        max(last_on) as last_on,
        case when count(points) = count(*) then {{ exact_sum('weight * points') }} end as weighted_points,
        {{ exact_sum('weight') }} as weights,
        max(matures_on) as matures_on,
    from scored
    group by campaign_id, week_on

),

whole as (

    select *
    from indexed
    where weighted_points is not null

),

drawn as (

    select
        scored.campaign_id,
        scored.week_on,
        draws.draw,
        {{ exact_sum('draws.weight * scored.points') }} as weighted_points,
    from scored
    semi join whole on scored.campaign_id = whole.campaign_id and scored.week_on = whole.week_on
    inner join (
        select
            campaign_id,
            position,
            draw,
            -ln({{ drawn("concat_ws(' ', draw, kpi_id, period, selected_market, subject_type, selected_subject)") }}) as weight,
        from components
        cross join (select unnest(range(1, {{ draws + 1 }})) as draw) as numbers
    ) as draws
        on scored.campaign_id = draws.campaign_id and scored.position = draws.position
    group by scored.campaign_id, scored.week_on, draws.draw

),

-- Weights need not be divided by their sum: it is the same for every week of a draw, and ranks do not change.
ranked as (

    select
        campaign_id,
        week_on,
        rank() over (partition by campaign_id, draw order by weighted_points desc) as place,
    from drawn

),

published as (

    select
        campaign_id,
        week_on,
        rank() over (partition by campaign_id order by weighted_points desc) as place,
    from whole

),

kept as (

    select
        published.campaign_id,
        published.week_on,
        count(case when ranked.place = published.place then 1 end) as times,
    from ranked
    inner join published on ranked.campaign_id = published.campaign_id and ranked.week_on = published.week_on
    group by published.campaign_id, published.week_on

),

found as (

    select
        campaign_id,
        'C06' as kpi_id,
        week_on as event_on,
        last_on,
        weighted_points as numerator,
        weights as denominator,
        {{ ratio('weighted_points', 'weights') }} as value,
        case when weighted_points is null then 'component_missing' end as reason,
        matures_on,
    from indexed
    union all
    select
        indexed.campaign_id,
        'C06b' as kpi_id,
        indexed.week_on as event_on,
        indexed.last_on,
        cast(kept.times as double) as numerator,
        cast({{ draws }} as double) as denominator,
        100 * cast(kept.times as double) / {{ draws }} as value,
        case when kept.times is null then 'component_missing' end as reason,
        indexed.matures_on,
    from indexed
    left join kept on indexed.campaign_id = kept.campaign_id and indexed.week_on = kept.week_on

)

select
    campaign_id,
    kpi_id,
    event_on,
    last_on,
    'week' as period,
    'all' as market,
    'campaign' as subject_type,
    'all' as subject_id,
    numerator,
    denominator,
    value,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(null as varchar) as sampling,
    'by_event_date' as basis,
    reason,
    cast(null as varchar) as caveat,
    matures_on,
from found

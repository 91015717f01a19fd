with

headlines as (

    select * from {{ ref('int_campaign__headlines') }}

),

trust as (

    select * from {{ ref('int_campaign__trust') }}

),

scorecard as (

    select * from {{ ref('scorecard') }}

),

metrics as (

    select * from {{ ref('metrics') }}

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

trust_lines as (

    select
        trust.campaign_id,
        scorecard.position,
        trust.kpi_id,
        scorecard.stage,
        scorecard.label,
        scorecard.target,
        scorecard.direction,
        trust.event_on,
        trust.period,
        trust.market,
        trust.subject_type,
        trust.subject_id,
        trust.value,
        trust.ci_low,
        trust.ci_high,
        trust.is_provisional,
        trust.reason,
    from trust
    inner join scorecard
        on
            scorecard.kpi_id = trust.kpi_id
            and (
                scorecard.campaign_id = trust.campaign_id
                or (
                    scorecard.campaign_id = '*'
                    and trust.campaign_id not in (select campaign_id from scorecard)
                )
            )

),

lines as (

    select * from headlines
    union all by name
    select * from trust_lines

),

-- Precision, not secrecy: the figure stays in fct_survey_estimate, the page does not show what it cannot support.
shown as (

    select
        lines.* exclude (value, ci_low, ci_high, previous_value, reason),
        lines.caveat is not null as is_imprecise,
        case when not is_imprecise then lines.value end as value,
        case when not is_imprecise then lines.ci_low end as ci_low,
        case when not is_imprecise then lines.ci_high end as ci_high,
        case when not is_imprecise then lines.previous_value end as previous_value,
        coalesce(lines.reason, lines.caveat) as reason,
    from lines

)

select
    shown.campaign_id,
    shown.position,
    shown.kpi_id,
    coalesce(shown.label, metrics.name) as kpi_name,
    shown.stage,
    metrics.unit,
    shown.period,
    shown.market,
    shown.subject_type,
    shown.subject_id,
    shown.event_on,
    shown.value,
    shown.ci_low,
    shown.ci_high,
    shown.target,
    {{ ratio('shown.value', 'shown.target') }} as attainment_rate,
    shown.previous_value,
    shown.value - shown.previous_value as change,
    case
        when shown.value is null then 'unknown'
        when shown.target is null or coalesce(shown.direction, metrics.direction) = 'none' then 'no_target'
        when coalesce(shown.direction, metrics.direction) = 'up' and shown.value >= shown.target then 'on_track'
        when coalesce(shown.direction, metrics.direction) = 'down' and shown.value <= shown.target then 'on_track'
        else 'behind'
    end as status,
    as_of.as_of,
    shown.is_provisional,
    shown.reason,
from shown
inner join metrics on shown.kpi_id = metrics.kpi_id
cross join as_of

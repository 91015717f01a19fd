{# For every line of a campaign's scorecard the latest value it selects, and the one of the same kind before it. #}
with

scorecard as (

    select * from {{ ref('scorecard') }}

),

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

),

kpis as (

    select * from {{ ref('int_campaign__kpis') }}

),

lines as (

    select
        campaigns.campaign_id,
        scorecard.* exclude (campaign_id),
    from campaigns
    inner join scorecard
        on
            scorecard.campaign_id = campaigns.campaign_id
            or (
                scorecard.campaign_id = '*'
                and campaigns.campaign_id not in (select campaign_id from scorecard)
            )
    where scorecard.kpi_id <> 'C09'

),

matched as (

    select
        lines.campaign_id,
        lines.position,
        lines.kpi_id,
        lines.stage,
        lines.label,
        lines.target,
        lines.direction,
        kpis.event_on,
        kpis.period,
        coalesce(kpis.market, lines.market) as market,
        coalesce(kpis.subject_type, lines.subject_type) as subject_type,
        coalesce(kpis.subject_id, lines.subject_id) as subject_id,
        kpis.value,
        kpis.ci_low,
        kpis.ci_high,
        kpis.caveat,
        coalesce(kpis.is_provisional, false) as is_provisional,
        case when kpis.kpi_id is null then 'no_data' else kpis.reason end as reason,
    from lines
    left join kpis
        on
            lines.campaign_id = kpis.campaign_id
            and lines.kpi_id = kpis.kpi_id
            and lines.period = kpis.period
            and (lines.market = kpis.market or (lines.subject_type in ('survey', 'session') and lines.market = 'all'))
            and lines.subject_type = kpis.subject_type
            and kpis.subject_id like lines.subject_id

),

-- A survey's subject names its wave; across waves it is the same question, so waves are compared without it.
ordered as (

    select
        matched.*,
        row_number() over latest as recency,
        -- What is to date grows by itself: nothing of the same length came before it.
        case when period <> 'campaign_to_date' then lead(value) over latest end as previous_value,
    from matched
    window latest as (
        partition by
            campaign_id,
            position,
            market,
            case
                when subject_type = 'survey' then regexp_replace(subject_id, '^([^:]*):[^:]*:', '\1::')
                when subject_type <> 'session' then subject_id
            end
        order by event_on desc, subject_id desc
    )

)

select * exclude (recency)
from ordered
where recency = 1

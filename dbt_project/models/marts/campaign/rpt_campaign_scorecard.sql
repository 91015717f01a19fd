with

lines as (

    select
        *,
        case when direction in ('up', 'down') then target end as aim,
        coalesce(case direction when 'up' then value >= target when 'down' then value <= target end, false) as is_reached,
    from {{ ref('int_campaign__scorecard') }}

),

-- 1 is reached, whichever way the target lies; a value beyond a target that it cannot be divided by has just reached it.
attained as (

    select
        *,
        case
            when value is null or aim is null then null
            when aim <> 0 and (aim > 0) = (direction = 'up') then value / aim
            when value * aim > 0 then aim / value
            when is_reached then 1.0
            else 0.0
        end as attainment_rate,
        case
            when is_paced and direction = 'up' and aim > 0 and as_of >= starts_on
                then
                    value * (date_diff('day', starts_on, ends_on) + 1)
                    / (aim * (date_diff('day', starts_on, least(as_of, ends_on)) + 1))
        end as pacing,
    from lines

)

select
    attained.campaign_id,
    campaigns.name as campaign_name,
    attained.position,
    attained.kpi_id,
    attained.kpi_name,
    attained.kpi_name_ar,
    attained.stage,
    attained.unit,
    attained.period,
    attained.market,
    attained.subject_type,
    attained.subject_id,
    attained.event_on,
    attained.value,
    attained.ci_low,
    attained.ci_high,
    attained.recent_value,
    attained.previous_value,
    attained.recent_value - attained.previous_value as change,
    attained.target,
    attained.attainment_rate,
    attained.pacing,
    case
        when attained.value is null then 'unknown'
        when attained.aim is null then 'no_target'
        when attained.attainment_rate >= 1 or attained.pacing >= 1 then 'on_track'
        else 'behind'
    end as status,
    attained.provisional_share,
    attained.trust,
    attained.trust_reason,
    attained.as_of,
    attained.is_provisional,
    attained.reason,
    reasons.reason_text,
    reasons.reason_text_ar,
from attained
inner join {{ ref('stg_campaign__campaigns') }} as campaigns on attained.campaign_id = campaigns.campaign_id
left join {{ ref('reasons') }} as reasons on coalesce(attained.reason, attained.trust_reason) = reasons.reason

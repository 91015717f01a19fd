with

-- A change may be from any wave of its survey.
waves as (

    select
        campaign_id,
        concat(survey_id, ':', wave, ':') as of_wave,
        min(sampling) as sampling,
        min(min(sampling)) over (partition by campaign_id, survey_id) as sampling_of_survey,
    from {{ ref('int_survey__estimates') }}
    group by campaign_id, survey_id, wave

)

select
    lines.campaign_id,
    campaigns.name as campaign_name,
    lines.position,
    lines.kpi_id,
    lines.kpi_name,
    lines.kpi_name_ar,
    lines.stage,
    lines.unit,
    lines.period,
    lines.market,
    lines.subject_type,
    lines.subject_id,
    lines.event_on,
    lines.value,
    lines.ci_low,
    lines.ci_high,
    case when lines.kpi_id = 'V09' then waves.sampling_of_survey else waves.sampling end as sampling,
    lines.recent_value,
    lines.previous_value,
    lines.recent_value - lines.previous_value as change,
    lines.target,
    lines.attainment_rate,
    lines.pacing,
    lines.status,
    lines.baseline,
    lines.weight,
    lines.nests_in,
    lines.nested_pct,
    lines.provisional_share,
    lines.trust,
    lines.trust_reason,
    lines.stale_since,
    lines.as_of,
    lines.is_provisional,
    lines.reason,
    reasons.reason_text,
    reasons.reason_text_ar,
from {{ ref('int_campaign__scorecard') }} as lines
inner join {{ ref('stg_campaign__campaigns') }} as campaigns on lines.campaign_id = campaigns.campaign_id
left join waves
    on
        lines.campaign_id = waves.campaign_id
        and lines.subject_type = 'survey'
        and starts_with(lines.subject_id, waves.of_wave)
left join {{ ref('reasons') }} as reasons on coalesce(lines.reason, lines.trust_reason) = reasons.reason

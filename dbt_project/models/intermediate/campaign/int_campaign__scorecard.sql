{#
    Every line of a campaign's scorecard: the latest value it selects, what of it may still change, whether it can be trusted, and
    what is comparable with it: the last 7 complete dates and the 7 before where it accumulates, the wave before where it is a wave; and how
    far its target is reached. A guardrail is red where its target is missed; then growth is not called on track.
#}
with

-- Each reads the few rows that it asks for.
kpis as not materialized (

    select * exclude (is_dated) from {{ ref('int_campaign__kpis') }}
    union all
    select * from {{ ref('int_campaign__index') }}

),

lines as (

    select
        campaigns.campaign_id,
        campaigns.starts_on,
        scorecard.position,
        scorecard.kpi_id,
        scorecard.stage,
        coalesce(scorecard.label, metrics.name) as kpi_name,
        coalesce(scorecard.label_ar, metrics.name_ar) as kpi_name_ar,
        scorecard.period,
        scorecard.market as selected_market,
        scorecard.subject_type,
        scorecard.subject_id as selected_subject,
        scorecard.target,
        scorecard.baseline,
        scorecard.weight,
        scorecard.nests_in,
        coalesce(scorecard.direction, metrics.direction) as direction,
        metrics.unit,
        metrics.source,
        metrics.is_built,
        as_of.as_of,
        as_of.as_of - sources.look_back_days as settled_on,
        coalesce(sources.is_read_daily, false) as is_read_daily,
        formulas.scale,
        formulas.denominator is not null as is_ratio,
        scorecard.period = 'campaign_to_date'
        and counted.additivity = 'additive'
        and (base.additivity = 'additive' or formulas.denominator is null) as is_accumulating,
        scorecard.period = 'campaign_to_date'
        and counted.additivity in ('additive', 'distinct')
        and formulas.denominator is null as is_paced,
    from {{ ref('stg_campaign__campaigns') }} as campaigns
    cross join {{ ref('int_lake__as_of') }} as as_of
    inner join {{ ref('scorecard') }} as scorecard on {{ on_its_scorecard() }}
    inner join {{ ref('metrics') }} as metrics on scorecard.kpi_id = metrics.kpi_id
    left join {{ ref('sources') }} as sources on metrics.source = sources.source
    left join {{ ref('kpi_formulas') }} as formulas on scorecard.kpi_id = formulas.kpi_id
    left join {{ ref('measures') }} as counted on formulas.numerator = counted.measure
    left join {{ ref('measures') }} as base on formulas.denominator = base.measure

),

-- Lines about a survey whose question has figures, and whether the answer that they ask for has one.
answered as (

    select
        lines.campaign_id,
        lines.position,
        bool_or({{ fits('kpis.subject_id', 'lines.selected_subject') }}) as is_answered,
    from lines
    inner join kpis
        on
            lines.campaign_id = kpis.campaign_id
            and kpis.kpi_id = 'V01'
            and {{ fits('kpis.subject_id', "regexp_replace(lines.selected_subject, ':[^:]*$', ':%')") }}
    where lines.subject_type = 'survey'
    group by lines.campaign_id, lines.position

),

-- The subject of a survey without its wave is the same question and sample in every wave: a series.
matched as (

    select
        lines.*,
        coalesce(kpis.market, lines.selected_market) as market,
        coalesce(kpis.subject_id, lines.selected_subject) as subject_id,
        case lines.subject_type
            when 'survey' then {{ series_of('kpis.subject_id') }}
            when 'session' then ''
            else kpis.subject_id
        end as series,
        kpis.event_on,
        kpis.numerator,
        kpis.denominator,
        case when kpis.caveat is null then kpis.value end as value,
        case when kpis.caveat is null then kpis.ci_low end as ci_low,
        case when kpis.caveat is null then kpis.ci_high end as ci_high,
        kpis.sampling,
        coalesce(kpis.matures_on > lines.as_of, false) as is_provisional,
        case
            when kpis.kpi_id is not null then coalesce(kpis.reason, kpis.caveat)
            when not lines.is_built then 'not_yet_built'
            when lines.stage = 'index' then 'no_index'
            when missing.reason is not null then missing.reason
            when
                not answered.is_answered and regexp_matches(lines.selected_subject, ':(top|bottom|net)$')
                then 'no_answers_named'
            when answered.is_answered and lines.kpi_id in ('V09', 'V11') then 'no_known_change'
            else 'no_data'
        end as reason,
    from lines
    left join kpis on {{ selected_by('lines') }}
    left join {{ ref('int_campaign__missing') }} as missing
        on lines.campaign_id = missing.campaign_id and lines.kpi_id = missing.kpi_id
    left join answered on lines.campaign_id = answered.campaign_id and lines.position = answered.position

),

latest as (

    select
        *,
        lead(value) over (
            partition by campaign_id, position, market, series
            order by event_on desc, subject_id desc
        ) as value_before,
        max_by(coalesce(denominator, numerator), case when event_on <= settled_on then event_on end)
            over (partition by campaign_id, position, market, series) as settled,
    from matched
    qualify row_number() over (
        partition by campaign_id, position, market, series
        order by event_on desc, subject_id desc
    ) = 1

),

-- The day of the last landing is not over.
complete as (

    select
        kpis.campaign_id,
        metrics.source,
        max(kpis.event_on) as complete_on,
    from kpis
    inner join {{ ref('metrics') }} as metrics on kpis.kpi_id = metrics.kpi_id
    cross join {{ ref('int_lake__as_of') }} as as_of
    where kpis.period = 'day' and kpis.event_on < as_of.as_of
    group by kpis.campaign_id, metrics.source

),

days as (

    select
        latest.campaign_id,
        latest.position,
        latest.market,
        latest.subject_id,
        complete.complete_on,
        days.event_on > complete.complete_on - 7 as is_recent,
        days.numerator,
        case when latest.is_ratio then days.denominator else 0 end as denominator,
    from latest
    inner join complete on latest.campaign_id = complete.campaign_id and latest.source = complete.source
    inner join kpis as days
        on
            latest.campaign_id = days.campaign_id
            and latest.kpi_id = days.kpi_id
            and days.period = 'day'
            and latest.market = days.market
            and latest.subject_type = days.subject_type
            and latest.subject_id = days.subject_id
            and days.event_on <= complete.complete_on
            and days.event_on > complete.complete_on - 14
    where latest.is_accumulating

),

-- A week counts where the campaign ran through it and, of what is read daily, each of its dates is known.
weeks as (

    select
        campaign_id,
        position,
        market,
        subject_id,
        complete_on,
        count(case when is_recent then numerator + denominator end) as recent_days,
        count(case when not is_recent then numerator + denominator end) as previous_days,
        {{ exact_sum('case when is_recent and denominator is not null then numerator end') }} as recent_numerator,
        {{ exact_sum('case when is_recent and numerator is not null then denominator end') }} as recent_denominator,
        {{ exact_sum('case when not is_recent and denominator is not null then numerator end') }} as previous_numerator,
        {{ exact_sum('case when not is_recent and numerator is not null then denominator end') }} as previous_denominator,
    from days
    group by campaign_id, position, market, subject_id, complete_on

),

-- Dates from which on what a KPI is made of is counted by another definition than before.
redefined as (

    select
        weeks.campaign_id,
        weeks.position,
        weeks.market,
        weeks.subject_id,
        max(measures.event_on) as redefined_on,
    from weeks
    inner join latest on {{ same('weeks', 'latest', ['campaign_id', 'position', 'market', 'subject_id']) }}
    inner join {{ ref('kpi_formulas') }} as formulas on latest.kpi_id = formulas.kpi_id
    inner join {{ ref('int_hashtag__measures') }} as measures
        on
            {{ same('latest', 'measures', ['campaign_id', 'market', 'subject_type', 'subject_id']) }}
            and measures.measure in (formulas.numerator, formulas.denominator)
            and measures.event_on <= weeks.complete_on
    where measures.period = 'within_campaign' and measures.reason = 'several_definitions'
    group by weeks.campaign_id, weeks.position, weeks.market, weeks.subject_id

),

-- Dates of two definitions are neither summed nor compared: the last change has to be on the first of them, or before.
comparable as (

    select
        weeks.*,
        coalesce(redefined.redefined_on <= weeks.complete_on - 6, true) as is_summed,
        coalesce(redefined.redefined_on <= weeks.complete_on - 13, true) as is_compared,
    from weeks
    left join redefined on {{ same('weeks', 'redefined', ['campaign_id', 'position', 'market', 'subject_id']) }}

),

compared as (

    select
        latest.*,
        case
            when latest.period = 'wave' then latest.value
            when
                weeks.is_summed
                and latest.starts_on <= weeks.complete_on - 6
                and (weeks.recent_days = 7 or not latest.is_read_daily)
                then latest.scale * case
                    when latest.is_ratio then {{ ratio('weeks.recent_numerator', 'weeks.recent_denominator') }}
                    else weeks.recent_numerator
                end
        end as recent_value,
        case
            when latest.period = 'wave' then latest.value_before
            when
                weeks.is_compared
                and latest.starts_on <= weeks.complete_on - 13
                and (weeks.previous_days = 7 or not latest.is_read_daily)
                then latest.scale * case
                    when latest.is_ratio then {{ ratio('weeks.previous_numerator', 'weeks.previous_denominator') }}
                    else weeks.previous_numerator
                end
        end as previous_value,
        case
            when latest.value is null or latest.period <> 'campaign_to_date' then null
            when coalesce(latest.denominator, latest.numerator) = 0 then 0.0
            else greatest(0.0, 1 - coalesce(latest.settled, 0) / coalesce(latest.denominator, latest.numerator))
        end as provisional_share,
    from latest
    left join comparable as weeks
        on
            latest.campaign_id = weeks.campaign_id
            and latest.position = weeks.position
            and latest.market = weeks.market
            and latest.subject_id = weeks.subject_id

),

-- Since when a source lacks a delivery that is held or refused now. A note that cannot be read may be of any campaign.
blocked as (

    select
        campaigns.campaign_id,
        ledger.source,
        min(cast(ledger.landed_on as date)) as stale_since,
    from {{ source('lake', 'deliveries') }} as ledger
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns
        on coalesce(ledger.campaign_id, campaigns.campaign_id) = campaigns.campaign_id
    where ledger.is_current and ledger.status in ('held', 'refused')
    group by campaigns.campaign_id, ledger.source

),

guarded as (

    select
        *,
        bool_or(
            stage = 'guardrail'
            and coalesce(case direction when 'up' then value < target when 'down' then value > target end, false)
        ) over (partition by campaign_id) as has_red_guardrail,
        stage in ('awareness', 'engagement', 'help_seeking') as is_growth,
    from compared

),

judged as (

    select
        guarded.*,
        blocked.stale_since,
        case
            when guarded.value is null then guarded.reason
            when guarded.has_red_guardrail and guarded.is_growth and guarded.target is not null then 'guardrail_red'
            when blocked.stale_since is not null then 'source_blocked'
            when guarded.provisional_share > 0.1 then 'provisional'
        end as trust_reason,
    from guarded
    left join blocked on guarded.campaign_id = blocked.campaign_id and guarded.source = blocked.source

),

-- C09 is the share of the other lines that can be trusted.
counted as (

    select
        *,
        cast(count(*) filter (where kpi_id <> 'C09' and trust_reason is null) over in_campaign as double) as lines_trusted,
        cast(count(*) filter (where kpi_id <> 'C09') over in_campaign as double) as lines_judged,
        kpi_id = 'C09' and as_of is not null as is_share_of_lines,
    from judged
    window in_campaign as (partition by campaign_id)

),

shared as (

    select
        * exclude (value, reason, event_on, trust_reason, is_provisional),
        case when is_share_of_lines then 100 * {{ ratio('lines_trusted', 'lines_judged') }} else value end as value,
        case when not is_share_of_lines then reason when lines_judged = 0 then 'no_denominator' end as reason,
        case when is_share_of_lines then as_of else event_on end as event_on,
        coalesce(provisional_share > 0.1, is_provisional) as is_provisional,
        case when kpi_id <> 'C09' then trust_reason is null end as trust,
        case when kpi_id <> 'C09' then trust_reason end as trust_reason,
    from counted

),

-- The days of a campaign, each counting as much as the calendar says; what several entries say of a day is multiplied.
paced as (

    select
        days.campaign_id,
        days.day_on <= as_of.as_of as is_gone_by,
        exp({{ exact_sum('ln(coalesce(calendar.pace, 1))') }}) as pace,
    from (
        select
            campaign_id,
            starts_on + cast(number as integer) as day_on,
        from (
            select
                campaign_id,
                starts_on,
                unnest(range(0, date_diff('day', starts_on, ends_on) + 1)) as number,
            from {{ ref('stg_campaign__campaigns') }}
        ) as numbered
    ) as days
    cross join {{ ref('int_lake__as_of') }} as as_of
    left join {{ ref('calendar') }} as calendar
        on
            calendar.campaign_id in (days.campaign_id, '*')
            and days.day_on >= coalesce(calendar.starts_on, days.day_on)
            and days.day_on <= coalesce(calendar.ends_on, days.day_on)
            and coalesce(calendar.weekdays, '1234567') like concat('%', isodow(days.day_on), '%')
    group by days.campaign_id, days.day_on, as_of.as_of

),

gone_by as (

    select
        campaign_id,
        {{ exact_sum('case when is_gone_by then pace end') }} / {{ exact_sum('pace') }} as share_gone_by,
    from paced
    group by campaign_id

),

aimed as (

    select
        shared.*,
        case when direction in ('up', 'down') then target end as aim,
        coalesce(case direction when 'up' then value >= target when 'down' then value <= target end, false) as is_reached,
        case
            when is_paced and direction = 'up' and target > 0 then target * gone_by.share_gone_by
        end as due,
    from shared
    left join gone_by on shared.campaign_id = gone_by.campaign_id

),

-- A value is divided by its target or, where less is better, the target by the value.
related as (

    select
        *,
        case
            when aim <> 0 and (aim > 0) = (direction = 'up') then value
            when value * aim > 0 then aim
        end as attained_part,
        case
            when aim <> 0 and (aim > 0) = (direction = 'up') then aim
            when value * aim > 0 then value
        end as attained_whole,
    from aimed

),

-- 1 is reached, whichever way the target lies; a value beyond a target that it cannot be divided by has just reached it.
attained as (

    select
        *,
        case
            when value is null or aim is null then null
            when attained_whole is not null then attained_part / attained_whole
            when is_reached then 1.0
            else 0.0
        end as attainment_rate,
        {{ ratio('value', 'due') }} as pacing,
    from related

),

-- The value of the line that others are part of: their counts are divided by it; a percentage is a share already.
whole as (

    select
        campaign_id,
        position,
        max(value) as whole_value,
    from attained
    group by campaign_id, position
    having count(*) = 1

)

select
    attained.*,
    case
        when attained.nests_in is null then null
        when attained.unit = 'percent' then attained.value
        else 100 * {{ ratio('attained.value', 'whole.whole_value') }}
    end as nested_pct,
    case when attained.unit = 'percent' then attained.numerator else attained.value end as nested_numerator,
    case when attained.unit = 'percent' then attained.denominator else nullif(whole.whole_value, 0) end as nested_denominator,
    case
        when attained.value is null then 'unknown'
        when attained.aim is null then 'no_target'
        when coalesce(attained.attainment_rate >= 1 or attained.pacing >= 1, false)
            then case when attained.trust_reason = 'guardrail_red' then 'unknown' else 'on_track' end
        else 'behind'
    end as status,
from attained
left join whole on attained.campaign_id = whole.campaign_id and attained.nests_in = whole.position

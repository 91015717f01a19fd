{%- set units = [('pct_points', 'not changes.is_in_points', '100 * '), ('points', 'changes.is_in_points', '')] -%}
with

changes as (

    select
        changes.campaign_id,
        changes.survey_id,
        changes.sample,
        changes.country,
        changes.question_key,
        changes.question_code,
        changes.answer_code,
        changes.comparison,
        changes.from_wave,
        changes.to_wave,
        changes.segment_name,
        changes.segment_value,
        changes.from_segment_value,
        changes.event_on,
        {% for unit, condition, scale in units -%}
            case when {{ condition }} then {{ scale }}changes.change end as change_{{ unit }},
            case when {{ condition }} then {{ scale }}changes.standard_error end as standard_error_{{ unit }},
            case when {{ condition }} then {{ scale }}changes.ci_low end as ci_low_{{ unit }},
            case when {{ condition }} then {{ scale }}changes.ci_high end as ci_high_{{ unit }},
            case
                when {{ condition }} then {{ scale }}{{ detectable('nullif(changes.standard_error, 0)') }}
            end as minimum_detectable_{{ unit }},
        {% endfor -%}
        changes.degrees_of_freedom,
        changes.paired_base,
        changes.p_value,
        changes.p_value_adjusted,
        changes.p_value_adjusted < 0.05 as is_significant,
        tables.f as table_f,
        tables.numerator_freedom as table_numerator_freedom,
        tables.denominator_freedom as table_denominator_freedom,
        tables.p_value as table_p_value,
        case
            when tables.f is not null or changes.comparison not in ('wave', 'segment') then null
            when questions.kind not in ('single', 'grid', 'scale') then null
            when changes.is_raked then 'raked_weights'
            when changes.paired_base is not null then 'paired_waves'
            else coalesce(changes.reason, 'empty_cell')
        end as table_reason,
        overall.group_count as overall_groups,
        overall.f as overall_f,
        overall.numerator_freedom as overall_numerator_freedom,
        overall.denominator_freedom as overall_denominator_freedom,
        overall.p_value as overall_p_value,
        exposures.controls,
        exposures.respondents as exposure_base,
        {{ e_value('changes.change / exposures.deviation') }} as e_value,
        case
            when changes.ci_low is not null
                then {{ e_value('greatest(changes.ci_low, -changes.ci_high, 0) / exposures.deviation') }}
        end as e_value_bound,
        changes.is_headline,
        changes.has_break,
        changes.is_imprecise,
        changes.reason,
        changes.sampling,
    from {{ ref('int_survey__changes') }} as changes
    inner join {{ ref('int_survey__questions') }} as questions
        on
            {{ same('changes', 'questions', ['campaign_id', 'survey_id', 'question_code']) }}
            and changes.to_wave = questions.wave
    left join {{ ref('int_survey__tables') }} as tables
        on
            {{ same('changes', 'tables', ['campaign_id', 'survey_id', 'sample', 'question_key', 'comparison']) }}
            and {{ same('changes', 'tables', ['from_wave', 'to_wave', 'segment_name', 'segment_value', 'from_segment_value']) }}
    left join {{ ref('int_survey__tables') }} as overall
        on
            {{ same('changes', 'overall', ['campaign_id', 'survey_id', 'sample', 'question_key', 'comparison']) }}
            and {{ same('changes', 'overall', ['to_wave', 'segment_name']) }}
            and case when changes.comparison = 'wave' then '' else changes.from_wave end = overall.from_wave
            and case when changes.comparison = 'wave' then changes.segment_value else '' end = overall.segment_value
            and case when changes.comparison = 'wave' then changes.segment_value else '' end = overall.from_segment_value
    left join {{ ref('int_survey__exposures') }} as exposures
        on
            {{ same('changes', 'exposures', ['campaign_id', 'survey_id', 'sample', 'question_code']) }}
            and changes.to_wave = exposures.wave
            and changes.comparison = 'exposure'

)

select * from changes

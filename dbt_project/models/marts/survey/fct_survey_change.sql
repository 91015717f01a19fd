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
        100 * changes.change as change_pct_points,
        100 * changes.standard_error as standard_error_pct_points,
        100 * changes.ci_low as ci_low_pct_points,
        100 * changes.ci_high as ci_high_pct_points,
        changes.degrees_of_freedom,
        changes.p_value,
        changes.p_value_adjusted,
        changes.p_value_adjusted < 0.05 as is_significant,
        100 * {{ detectable('changes.standard_error') }} as minimum_detectable_pct_points,
        tables.f as table_f,
        tables.numerator_freedom as table_numerator_freedom,
        tables.denominator_freedom as table_denominator_freedom,
        tables.p_value as table_p_value,
        changes.is_headline,
        changes.has_break,
        changes.is_imprecise,
        changes.reason,
    from {{ ref('int_survey__changes') }} as changes
    left join {{ ref('int_survey__tables') }} as tables
        on
            {{ same('changes', 'tables', ['campaign_id', 'survey_id', 'sample', 'question_key', 'comparison']) }}
            and {{ same('changes', 'tables', ['from_wave', 'to_wave', 'segment_name', 'segment_value', 'from_segment_value']) }}

)

select * from changes

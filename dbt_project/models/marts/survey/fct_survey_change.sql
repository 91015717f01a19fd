with

changes as (

    select
        campaign_id,
        survey_id,
        sample,
        country,
        question_key,
        question_code,
        answer_code,
        comparison,
        from_wave,
        to_wave,
        segment_name,
        segment_value,
        from_segment_value,
        event_on,
        100 * change as change_pct_points,
        100 * standard_error as standard_error_pct_points,
        100 * ci_low as ci_low_pct_points,
        100 * ci_high as ci_high_pct_points,
        degrees_of_freedom,
        p_value,
        p_value_adjusted,
        p_value_adjusted < 0.05 as is_significant,
        100 * {{ detectable('standard_error') }} as minimum_detectable_pct_points,
        is_headline,
        has_break,
        is_imprecise,
        reason,
    from {{ ref('int_survey__changes') }}

)

select * from changes

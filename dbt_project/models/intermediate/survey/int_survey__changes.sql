{#
    Differences and whether they are more than chance: of a wave to the wave before and to the first, of those that put the question to
    the sample, of two values of a segment in a wave, and to a benchmark, which is taken as exact where its number of respondents is not
    known. Waves are independent samples but those of a panel. Means differ in points, shares and net scores in fractions. How scores go with exposure is a
    difference by step of it.
#}
{%- set item = ['campaign_id', 'survey_id', 'sample', 'question_key', 'answer_code'] %}
{%- set few_paired = 'coalesce(shared.respondents between 1 and ' ~ smallest_base() ~ ' - 1, false)' %}
{%- set family = 'campaign_id, survey_id, sample, comparison, family_from, to_wave, is_headline' %}
with

estimates as (

    select * from {{ ref('int_survey__estimates') }}

),

compared_waves as (

    {{ compared_waves('estimates') }}

),

-- Whether people were asked otherwise: another label or group of an answer, or one that was not offered in both; labels that a
-- file leaves out say nothing.
broken as (

    select
        {{ listed(survey_keys('sample'), 'waves') }}
        waves.question_key,
        waves.earlier_wave,
        waves.is_next,
        (waves.mode is distinct from waves.earlier_mode)
        or (later.question_text is distinct from earlier.question_text)
        or (later.base is distinct from earlier.base)
        or coalesce(later.asked_of <> earlier.asked_of, false)
        or coalesce(later.language <> earlier.language, false)
        or array_length(list_filter(later.answers, lambda one: array_length(list_filter(
            earlier.answers,
            lambda other: one.answer_code = other.answer_code
            and (
                one.answer_label <> other.answer_label
                or one.is_top <> other.is_top
                or one.is_bottom <> other.is_bottom
            )
        )) > 0)) > 0
        or (
            array_length(list_filter(list_concat(later.answers, earlier.answers), lambda one: one.answer_label is null)) = 0
            and list_transform(later.answers, lambda one: one.answer_code)
            <> list_transform(earlier.answers, lambda one: one.answer_code)
        ) as has_break,
    from compared_waves as waves
    inner join {{ ref('int_survey__questions') }} as later
        on {{ same('waves', 'later', survey_keys('question')) }}
    inner join {{ ref('int_survey__questions') }} as earlier
        on
            {{ same('waves', 'earlier', ['campaign_id', 'survey_id']) }}
            and waves.earlier_wave = earlier.wave
            and waves.earlier_code = earlier.question_code

),

of_waves as (

    select
        {{ listed(item, 'later') }}
        'wave' as comparison,
        earlier.wave as from_wave,
        later.wave as to_wave,
        later.segment_name,
        later.segment_value,
        later.segment_value as from_segment_value,
        later.question_code,
        later.country,
        later.event_on,
        waves.is_next,
        later.estimate - earlier.estimate as change,
        case
            when {{ few_paired }} then null
            else earlier.variance + later.variance - case when shared.answer_code is null then 0 else 2 * shared.covariance end
        end as variance,
        earlier.degrees_of_freedom + later.degrees_of_freedom
        + coalesce(shared.shared_strata - shared.shared_units, 0) as degrees_of_freedom,
        shared.respondents as paired_base,
        waves.has_break,
        later.display = 'suppress' or earlier.display = 'suppress' as is_imprecise,
        later.raking_loss_pct is not null or earlier.raking_loss_pct is not null as is_raked,
        -- The lesser of the two: only what rests on probability samples alone is called so.
        least(later.sampling, earlier.sampling) as sampling,
        coalesce(
            later.reason,
            earlier.reason,
            case
                when {{ few_paired }} then 'small_base'
                when shared.is_fpc_ignored then 'fpc_ignored'
                when shared.respondents = 0 then 'nobody_paired'
            end
        ) as reason,
    from estimates as later
    inner join broken as waves on {{ same('later', 'waves', survey_keys('sample') + ['question_key']) }}
    inner join estimates as earlier
        on
            {{ same('later', 'earlier', item + ['segment_name', 'segment_value']) }}
            and waves.earlier_wave = earlier.wave
    left join {{ ref('int_survey__contrasts') }} as shared
        on
            {{ same('later', 'shared', survey_keys('cell') + ['answer_code']) }}
            and earlier.wave = shared.earlier_wave

),

of_segments as (

    select
        {{ listed(item, 'other') }}
        'segment' as comparison,
        other.wave as from_wave,
        other.wave as to_wave,
        other.segment_name,
        other.segment_value,
        one.segment_value as from_segment_value,
        other.question_code,
        other.country,
        other.event_on,
        false as is_next,
        other.estimate - one.estimate as change,
        -- Values that share no stratum, such as countries, have no contrast and vary apart.
        one.variance + other.variance
        - case when contrasts.answer_code is null then 0 else 2 * contrasts.covariance end as variance,
        one.degrees_of_freedom + other.degrees_of_freedom
        + coalesce(contrasts.shared_strata - contrasts.shared_units, 0) as degrees_of_freedom,
        cast(null as bigint) as paired_base,
        false as has_break,
        other.display = 'suppress' or one.display = 'suppress' as is_imprecise,
        other.raking_loss_pct is not null as is_raked,
        other.sampling,
        coalesce(other.reason, one.reason) as reason,
    from estimates as other
    inner join estimates as one
        on
            {{ same('other', 'one', survey_keys('sample') + ['question_code', 'answer_code', 'segment_name']) }}
            and one.segment_value < other.segment_value
    left join {{ ref('int_survey__contrasts') }} as contrasts
        on
            {{ same('one', 'contrasts', survey_keys('cell') + ['answer_code']) }}
            and other.segment_value = contrasts.other_value
    where other.segment_name <> 'quality_screen'

),

of_benchmarks as (

    select
        {{ listed(item, 'estimates') }}
        'benchmark' as comparison,
        benchmarks.benchmark_id as from_wave,
        estimates.wave as to_wave,
        estimates.segment_name,
        estimates.segment_value,
        estimates.segment_value as from_segment_value,
        estimates.question_code,
        estimates.country,
        estimates.event_on,
        true as is_next,
        estimates.estimate - benchmarks.estimate_pct / 100 as change,
        estimates.variance
        + coalesce(benchmarks.estimate_pct / 100 * (1 - benchmarks.estimate_pct / 100) / benchmarks.respondents, 0) as variance,
        estimates.degrees_of_freedom,
        cast(null as bigint) as paired_base,
        -- Unknown where either wording is.
        {{ plain_wording('benchmarks.wording') }} <> {{ plain_wording('questions.question_text') }} as has_break,
        estimates.display = 'suppress' as is_imprecise,
        estimates.raking_loss_pct is not null as is_raked,
        estimates.sampling,
        coalesce(estimates.reason, case when benchmarks.respondents is null then 'benchmark_variance_unknown' end) as reason,
    from estimates
    inner join {{ ref('benchmarks') }} as benchmarks
        on
            {{ same('estimates', 'benchmarks', ['campaign_id', 'question_key', 'answer_code', 'sample']) }}
            and {{ same('estimates', 'benchmarks', ['segment_name', 'segment_value']) }}
            and estimates.survey_id = case when benchmarks.survey_id = '*' then estimates.survey_id else benchmarks.survey_id end
    left join {{ ref('int_survey__questions') }} as questions
        on {{ same('estimates', 'questions', survey_keys('question')) }}

),

of_exposures as (

    select
        {{ listed(item[:-1], 'estimates') }}
        'exposure' as answer_code,
        'exposure' as comparison,
        estimates.wave as from_wave,
        estimates.wave as to_wave,
        estimates.segment_name,
        estimates.segment_value,
        estimates.segment_value as from_segment_value,
        estimates.question_code,
        estimates.country,
        estimates.event_on,
        false as is_next,
        exposures.slope as change,
        exposures.variance,
        exposures.degrees_of_freedom,
        cast(null as bigint) as paired_base,
        false as has_break,
        exposures.respondents < 30 as is_imprecise,
        estimates.raking_loss_pct is not null as is_raked,
        estimates.sampling,
        exposures.reason,
    from {{ ref('int_survey__exposures') }} as exposures
    inner join estimates
        on
            {{ same('exposures', 'estimates', survey_keys('sample') + ['question_code']) }}
            and estimates.answer_code = 'mean'
            and estimates.segment_name = 'all'

),

compared as (

    select * from of_waves
    union all
    select * from of_segments
    union all
    select * from of_benchmarks
    union all
    select * from of_exposures

),

-- The headline items are those that the campaign's scorecard was laid down to show.
headlines as (

    select distinct
        campaigns.campaign_id,
        scorecard.subject_id,
    from {{ ref('stg_campaign__campaigns') }} as campaigns
    inner join {{ ref('scorecard') }} as scorecard on {{ on_its_scorecard() }}
    where scorecard.kpi_id = 'V01'

),

declared as (

    select
        *,
        concat_ws(':', survey_id, to_wave, sample, question_code, answer_code) as subject_id,
        -- All benchmarks of a wave are one family of tests, all changes from the wave before too, whichever that is.
        case
            when comparison = 'benchmark' then comparison
            when comparison = 'wave' then case when is_next then 'next' else 'first' end
        end as family_from,
        case when variance >= 0 then variance when variance < 0 then 0 end as difference_variance,
        cast(degrees_of_freedom as double) as degrees,
    from compared

),

tested as (

    select
        declared.*,
        case
            when declared.segment_name <> 'all' then false
            when exists (
                select 1
                from headlines
                where declared.campaign_id = headlines.campaign_id and {{ fits('declared.subject_id', 'headlines.subject_id') }}
            ) then true
            else false
        end as is_headline,
        case
            when degrees > 0 and difference_variance > 0
                then {{ student_probability('(change / sqrt(difference_variance))', 'degrees') }} -- noqa: PRS
        end as p_value,
    from declared

),

students as (

    select
        degrees,
        {{ student_quantile('0.95', 'degrees') }} as quantile, -- noqa: PRS
    from (
        select distinct degrees
        from declared
        where degrees > 0
    ) as known

),

-- Of a family of tests, those that could be made, in order of how unlikely they are.
ranked as (

    select
        tested.*,
        students.quantile,
        count(tested.p_value) over (partition by {{ family }}) as tests,
        row_number() over (
            partition by {{ family }}
            order by
                tested.p_value nulls last,
                tested.question_key,
                tested.answer_code,
                tested.segment_name,
                tested.segment_value,
                tested.from_segment_value
        ) as place,
    from tested
    left join students on tested.degrees = students.degrees

),

adjusted as (

    select
        ranked.*,
        case
            when ranked.p_value is null then null
            when ranked.is_headline then {{ holm('ranked.p_value', 'ranked.tests', 'ranked.place', family) }}
            else {{ benjamini_hochberg('ranked.p_value', 'ranked.tests', 'ranked.place', family) }}
        end as p_value_adjusted,
    from ranked

),

described as (

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
        subject_id,
        event_on,
        answer_code = 'mean' or comparison = 'exposure' as is_in_points,
        is_next,
        change,
        sqrt(difference_variance) as standard_error,
        degrees_of_freedom,
        paired_base,
        -- Without variance chance cannot be judged: no interval, rather than one of no width.
        change - quantile * sqrt(nullif(difference_variance, 0)) as ci_low,
        change + quantile * sqrt(nullif(difference_variance, 0)) as ci_high,
        p_value,
        p_value_adjusted,
        is_headline,
        has_break,
        is_imprecise,
        is_raked,
        sampling,
        case
            when change is not null and difference_variance = 0 then coalesce(reason, 'no_variance')
            else reason
        end as reason,
    from adjusted

)

select * from described

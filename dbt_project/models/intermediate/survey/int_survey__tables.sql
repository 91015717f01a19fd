{#
    Whether the answers to a question as a whole differ between two waves, or two values of a segment: Pearson's statistic of the
    table of answers by groups, with Rao and Scott's second-order correction, as R's svychisq makes it. The weights of a wave are
    scaled to its respondents. Of a table with two columns the covariances that the margins leave, M, have a closed form.
#}
{%- set pair = [
    'campaign_id', 'survey_id', 'sample', 'question_key', 'comparison', 'from_wave', 'to_wave', 'segment_name', 'segment_value',
    'from_segment_value',
] %}
with

pairs as (

    select
        {{ listed(pair) }}
        max(degrees_of_freedom) as degrees_of_freedom,
    from {{ ref('int_survey__changes') }}
    where comparison in ('wave', 'segment') and change is not null and not is_raked
    group by all
    having count(*) filter (where reason = 'single_psu_stratum') = 0

),

-- Of each of the two groups: 1 is what is subtracted.
groups as (

    {% for place, wave, value in [(1, 'from_wave', 'from_segment_value'), (2, 'to_wave', 'segment_value')] -%}
        select
            {{ listed(pair, 'pairs') }}
            {{ place }} as place,
            estimates.wave,
            estimates.question_code,
            estimates.segment_value as group_value,
            estimates.answer_code,
            estimates.answer_weighted,
            estimates.base_unweighted,
            case when pairs.comparison = 'wave' then estimates.base_unweighted / estimates.base_weighted else 1 end as scale,
        from pairs
        inner join {{ ref('int_survey__estimates') }} as estimates
            on
                {{ same('pairs', 'estimates', ['campaign_id', 'survey_id', 'sample', 'question_key', 'segment_name']) }}
                and pairs.{{ wave }} = estimates.wave
                and pairs.{{ value }} = estimates.segment_value
        inner join {{ ref('int_survey__questions') }} as questions
            on {{ same('estimates', 'questions', survey_keys('question')) }} and questions.kind in ('single', 'grid', 'scale')
        where estimates.answer_code not in ('top', 'bottom', 'net', 'mean')
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

sizes as (

    select
        {{ listed(pair) }}
        sum(case when place = 1 then base_weighted end) as one_weight,
        sum(case when place = 2 then base_weighted end) as other_weight,
        sum(respondents) as respondents,
    from (
        select
            {{ listed(pair) }}
            place,
            {{ sorted_sum('answer_weighted * scale') }} as base_weighted,
            max(base_unweighted) as respondents,
        from groups
        group by all
    ) as by_group
    group by all

),

-- Shares of everybody in both groups.
shares as (

    select
        {{ listed(pair, 'weights') }}
        weights.answer_code,
        weights.one / (sizes.one_weight + sizes.other_weight) as one,
        weights.other / (sizes.one_weight + sizes.other_weight) as other,
        sizes.one_weight / (sizes.one_weight + sizes.other_weight) as one_margin,
        sizes.other_weight / (sizes.one_weight + sizes.other_weight) as other_margin,
        sizes.respondents,
    from (
        select
            {{ listed(pair) }}
            answer_code,
            max(case when place = 1 then answer_weighted * scale else 0 end) as one,
            max(case when place = 2 then answer_weighted * scale else 0 end) as other,
        from groups
        group by all
    ) as weights
    inner join sizes on {{ same('weights', 'sizes', pair) }}

),

answers as (

    select
        *,
        one * other / (one + other) as both_share,
    from shares
    where one + other > 0

),

pearson as (

    select
        {{ listed(pair) }}
        respondents,
        count(*) as answers,
        count(*) filter (where both_share > 0) as common_answers,
        {{ sorted_sum('both_share') }} as both_share,
        any_value(respondents) * {{ sorted_sum(
            'pow(one - (one + other) * one_margin, 2) / ((one + other) * one_margin)'
            ~ ' + pow(other - (one + other) * other_margin, 2) / ((one + other) * other_margin)'
        ) }} as statistic,
    from answers
    group by all

),

-- An answer of the first group counts by minus the second's part in it, of the second by the first's.
coefficients as (

    select
        {{ listed(pair, 'groups') }}
        groups.place,
        groups.wave,
        groups.question_code,
        groups.group_value,
        groups.answer_code,
        groups.scale / (sizes.one_weight + sizes.other_weight)
        * case groups.place when 1 then -answers.other else answers.one end / (answers.one + answers.other) as coefficient,
    from groups
    inner join sizes on {{ same('groups', 'sizes', pair) }}
    inner join answers on {{ same('groups', 'answers', pair + ['answer_code']) }}

),

covariances as (

    select
        {{ listed(survey_keys('sample') + ['question_code', 'segment_name', 'segment_value', 'other_value']) }}
        answer_code,
        other_code,
        covariance,
    from {{ ref('int_survey__covariances') }}
    union all
    select
        {{ listed(survey_keys('sample') + ['question_code', 'segment_name'], 'swapped') }}
        swapped.other_value as segment_value,
        swapped.segment_value as other_value,
        swapped.other_code as answer_code,
        swapped.answer_code as other_code,
        swapped.covariance,
    from {{ ref('int_survey__covariances') }} as swapped
    where swapped.segment_value <> swapped.other_value

),

spread as (

    select
        {{ listed(pair, 'one') }}
        one.answer_code,
        other.answer_code as other_code,
        {{ sorted_sum('one.coefficient * other.coefficient * covariances.covariance') }} as covariance,
    from coefficients as one
    inner join coefficients as other on {{ same('one', 'other', pair + ['wave']) }}
    inner join covariances
        on
            {{ same('one', 'covariances', survey_keys('sample') + ['question_code', 'segment_name', 'answer_code']) }}
            and one.group_value = covariances.segment_value
            and other.group_value = covariances.other_value
            and other.answer_code = covariances.other_code
    group by all

),

margins as (

    select
        {{ listed(pair) }}
        answer_code,
        {{ sorted_sum('covariance') }} as covariance,
    from spread
    group by all

),

wholes as (

    select
        {{ listed(pair) }}
        {{ sorted_sum('covariance') }} as covariance,
    from margins
    group by all

),

-- M, divided by the shares: the trace of it and of its square.
projected as (

    select
        {{ listed(pair, 'pearson') }}
        one.answer_code = other.answer_code as is_diagonal,
        (
            coalesce(spread.covariance, 0)
            - one.both_share / pearson.both_share * coalesce(of_other.covariance, 0)
            - other.both_share / pearson.both_share * coalesce(of_one.covariance, 0)
            + one.both_share * other.both_share / pow(pearson.both_share, 2) * wholes.covariance
        ) * pearson.respondents as covariance,
        one.both_share,
        other.both_share as other_share,
    from pearson
    inner join answers as one on {{ same('pearson', 'one', pair) }} and one.both_share > 0
    inner join answers as other on {{ same('pearson', 'other', pair) }} and other.both_share > 0
    inner join wholes on {{ same('pearson', 'wholes', pair) }}
    left join spread
        on
            {{ same('one', 'spread', pair + ['answer_code']) }} and other.answer_code = spread.other_code
    left join margins as of_one on {{ same('one', 'of_one', pair + ['answer_code']) }}
    left join margins as of_other on {{ same('other', 'of_other', pair + ['answer_code']) }}

),

traces as (

    select
        {{ listed(pair) }}
        {{ sorted_sum('case when is_diagonal then covariance / both_share end') }} as trace,
        {{ sorted_sum('pow(covariance, 2) / (both_share * other_share)') }} as square_trace,
    from projected
    group by all

),

corrected as (

    select
        {{ listed(pair, 'pearson') }}
        pearson.statistic / traces.trace as f,
        pow(traces.trace, 2) / traces.square_trace as numerator_freedom,
        pow(traces.trace, 2) / traces.square_trace * pairs.degrees_of_freedom as denominator_freedom,
    from pearson
    inner join pairs on {{ same('pearson', 'pairs', pair) }}
    inner join traces on {{ same('pearson', 'traces', pair) }}
    where pearson.common_answers = pearson.answers and pearson.answers > 1 and traces.trace > 0 and pairs.degrees_of_freedom > 0

),

tested as (

    select
        *,
        {{ fisher_probability('f', 'numerator_freedom', 'denominator_freedom') }} as p_value, -- noqa: PRS
    from corrected

)

select * from tested

{#
    How the estimates of two values of a segment go together, who are respondents of one sample: the covariance of their linearised
    totals, sum over strata of n / (n - 1) [ sum over shared sampling units of u1 u2 - u1. u2. / n ], and what they share of the design.
#}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
{%- set sample = survey_keys('sample') + ['question_code', 'segment_name'] %}
{%- set cell = survey_keys('cell') %}
with

moments as (

    select *
    from {{ ref('int_survey__moments') }}
    where segment_name not in ('all', 'quality_screen')

),

-- In a raked sample everybody adds to the error of every value.
raked as (

    select *
    from {{ ref('int_survey__residuals') }}
    where segment_name not in ('all', 'quality_screen')

),

weighted as (

    select
        {{ listed(cell) }}
        {{ sorted_sum('score_units') }} as base_units,
    from moments
    where measure = ''
    group by all

),

-- With u = (A - R B) / W of every sampling unit, or of all of a stratum where each respondent is one.
linearised as (

    select
        {{ listed(cell, 'bases') }}
        bases.stratum,
        bases.cluster,
        estimates.answer_code,
        true as has_base,
        (coalesce(scored.score_units, 0) - estimates.estimate * bases.score_units) / weighted.base_units as part,
    from moments as bases
    anti join raked on {{ same('bases', 'raked', survey_keys('sample')) }}
    inner join weighted on {{ same('bases', 'weighted', cell) }}
    inner join {{ ref('int_survey__estimates') }} as estimates on {{ same('bases', 'estimates', cell) }}
    left join moments as scored
        on
            {{ same('bases', 'scored', cell + ['stratum']) }}
            and bases.cluster is not distinct from scored.cluster
            and estimates.answer_code = scored.measure
    where bases.measure = '' and estimates.variance is not null
    union all
    select
        {{ listed(cell) }}
        stratum,
        cluster,
        measure as answer_code,
        bool_or(has_base) as has_base,
        {{ sorted_sum('part') }} as part,
    from raked
    group by {{ listed(cell) }} stratum, cluster, measure

),

by_stratum as (

    select
        {{ listed(cell) }}
        stratum,
        answer_code,
        bool_or(has_base) as has_base,
        {{ sorted_sum('part') }} as part,
    from linearised
    group by all

),

shared_units as (

    select
        {{ listed(sample, 'one') }}
        one.segment_value,
        other.segment_value as other_value,
        one.stratum,
        one.answer_code,
        count(*) filter (where one.has_base and other.has_base) as units,
        {{ sorted_sum('one.part * other.part') }} as product,
    from linearised as one
    inner join linearised as other
        on
            {{ same('one', 'other', sample + ['stratum', 'cluster', 'answer_code']) }}
            and one.segment_value < other.segment_value
    group by all
    union all
    -- Of respondents who are sampling units: z of the one value meets what the margins explain of the other, as does f.
    select
        {{ listed(sample, 'one') }}
        one.segment_value,
        other.segment_value as other_value,
        one.stratum,
        one.measure as answer_code,
        0 as units,
        {{ sorted_sum(
            'one.explained * other.explained * sqrt(one.weight_square * other.weight_square)'
            ~ ' - one.explained * other.w_w_z * sqrt(one.weight_square / other.weight_square)'
            ~ ' - other.explained * one.w_w_z * sqrt(other.weight_square / one.weight_square)'
        ) }} as product,
    from raked as one
    inner join raked as other
        on
            {{ same('one', 'other', sample + ['stratum', 'margin_cell', 'measure']) }}
            and one.segment_value < other.segment_value
    where one.cluster is null and other.cluster is null
    group by all

),

shared_strata as (

    select
        {{ listed(sample, 'one') }}
        one.segment_value,
        other.segment_value as other_value,
        one.answer_code,
        coalesce(units.units, 0) as units,
        one.has_base and other.has_base as is_shared,
        designs.variance_factor * (coalesce(units.product, 0) - one.part * other.part / designs.psus) as covariance,
    from by_stratum as one
    inner join by_stratum as other
        on
            {{ same('one', 'other', sample + ['stratum', 'answer_code']) }}
            and one.segment_value < other.segment_value
    inner join {{ ref('int_survey__strata') }} as designs on {{ same('one', 'designs', survey_keys('sample') + ['stratum']) }}
    left join (
        select
            {{ listed(sample) }}
            segment_value,
            other_value,
            stratum,
            answer_code,
            sum(units) as units,
            {{ sorted_sum('product') }} as product,
        from shared_units
        group by all
    ) as units
        on
            {{ same('one', 'units', sample + ['stratum', 'answer_code', 'segment_value']) }}
            and other.segment_value = units.other_value

),

summed as (

    select
        {{ listed(sample) }}
        segment_value,
        other_value,
        answer_code,
        {{ sorted_sum('covariance') }} as covariance,
        cast(sum(units) as bigint) as shared_units,
        count(*) filter (where is_shared) as shared_strata,
    from shared_strata
    group by all

)

select * from summed

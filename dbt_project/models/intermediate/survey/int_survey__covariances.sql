{#
    How the weights of those who gave one answer and of those who gave another vary together, as sums of weights: sum over strata of
    n / (n - 1) [ sum over sampling units of A B - A. B. / n ], within a segment's value and between two values.
#}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
{%- set segment = survey_keys('sample') + ['question_code', 'segment_name'] %}
{%- set pair = segment + ['segment_value', 'other_value', 'answer_code', 'other_code'] %}
with

scales as (

    {{ weights_of_samples() }}

),

totals as (

    select
        {{ listed(segment, 'cells') }}
        cells.segment_value,
        cells.answer_code,
        cells.stratum,
        cells.cluster,
        cells.weight_units * scales.weight_unit as weight,
        cast(cells.weight_square_units as double) * pow(scales.weight_unit, 2) as weight_square,
    from {{ ref('int_survey__cells') }} as cells
    inner join scales on {{ same('cells', 'scales', survey_keys('sample')) }}
    inner join {{ ref('int_survey__questions') }} as questions on {{ same('cells', 'questions', survey_keys('question')) }}
    where cells.answer_code is not null and questions.kind in ('single', 'grid', 'scale')

),

by_stratum as (

    select
        {{ listed(segment) }}
        segment_value,
        answer_code,
        stratum,
        {{ sorted_sum('weight') }} as weight,
    from totals
    group by all

),

-- A respondent who is a sampling unit gave one answer and has one value of a segment.
in_units as (

    select
        {{ listed(segment, 'one') }}
        one.segment_value,
        other.segment_value as other_value,
        one.answer_code,
        other.answer_code as other_code,
        one.stratum,
        {{ sorted_sum('one.weight * other.weight') }} as product,
    from totals as one
    inner join totals as other
        on {{ same('one', 'other', segment + ['stratum', 'cluster']) }} and one.segment_value <= other.segment_value
    group by all
    union all
    select
        {{ listed(segment) }}
        segment_value,
        segment_value as other_value,
        answer_code,
        answer_code as other_code,
        stratum,
        weight_square as product,
    from totals
    where cluster is null

),

in_strata as (

    select
        {{ listed(segment, 'one') }}
        one.segment_value,
        other.segment_value as other_value,
        one.answer_code,
        other.answer_code as other_code,
        one.stratum,
        -one.weight * other.weight / designs.psus as product,
    from by_stratum as one
    inner join by_stratum as other
        on {{ same('one', 'other', segment + ['stratum']) }} and one.segment_value <= other.segment_value
    inner join {{ ref('int_survey__strata') }} as designs on {{ same('one', 'designs', survey_keys('sample') + ['stratum']) }}

),

varied as (

    select
        {{ listed(pair, 'parts') }}
        case
            when count(designs.variance_factor) = count(*) then {{ sorted_sum('designs.variance_factor * parts.product') }}
        end as covariance,
    from (
        select * from in_units
        union all
        select * from in_strata
    ) as parts
    inner join {{ ref('int_survey__strata') }} as designs on {{ same('parts', 'designs', survey_keys('sample') + ['stratum']) }}
    group by all

)

select * from varied

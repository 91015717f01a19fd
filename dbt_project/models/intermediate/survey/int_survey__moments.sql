{#
    The sums that the mean of a score and its variance are made of, w being the weight and s the score. Where each respondent is a
    sampling unit, the units of a stratum are summed; else there is a row for each, whose totals are squared.
#}
{%- set unit = survey_keys('cell') + ['stratum', 'cluster'] %}
with

summed as (

    select
        {{ listed(unit, 'cells') }}
        scores.measure,
        cast(sum(case when scores.score <> 0 then cells.respondents else 0 end) as bigint) as respondents,
        {{ sorted_sum('scores.score * cells.weight_units') }} as score_units,
        {{ sorted_sum('scores.score * scores.score * cells.weight_units') }} as score_square_units,
        {{ sorted_sum('scores.score * cells.weight_square_units') }} as score_weight_squares,
        {{ sorted_sum('scores.score * scores.score * cells.weight_square_units') }} as score_square_weight_squares,
    from {{ ref('int_survey__cells') }} as cells
    inner join {{ ref('int_survey__scores') }} as scores
        on {{ same('cells', 'scores', survey_keys('question') + ['answer_code']) }}
    group by all

),

bases as (

    select
        *,
        score_units as base_units,
    from summed
    where measure = ''

),

-- Per sampling unit: the square of the total score, its product with the total weight.
squared as (

    select
        summed.*,
        bases.base_units,
        case
            when summed.cluster is null then summed.score_square_weight_squares
            else pow(summed.score_units, 2)
        end as unit_squares,
        case
            when summed.cluster is null then summed.score_weight_squares
            else summed.score_units * bases.base_units
        end as unit_products,
    from summed
    inner join bases
        on
            {{ same('summed', 'bases', survey_keys('cell') + ['stratum']) }}
            and summed.cluster is not distinct from bases.cluster

)

select * from squared

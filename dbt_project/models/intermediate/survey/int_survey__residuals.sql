{#
    What raked margins leave of an estimate. With z = (s - R) / W of those in the cell, 0 of everybody else in the sample, f is what the
    margins explain of z, and w (z - f) takes the place of w z in the variance
    (Deville and Sarndal 1992; R's survey does so for rake). Where each respondent is a sampling unit there are sums of squares as well.
#}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
{%- set cell = survey_keys('cell') %}
{%- set estimate = cell + ['measure'] %}
{%- set sample = survey_keys('sample') %}
with

places as (

    select
        {{ listed(sample, 'profiles') }}
        profiles.stratum,
        profiles.cluster,
        profiles.margin_cell,
        count(*) as respondents,
        cast(sum(respondents.weight_units) as double) as weight_units,
        cast(
            sum({{ exact_product('respondents.weight_units', 'respondents.weight_units') }}) as double
        ) as weight_square_units,
    from {{ ref('int_survey__respondents') }} as respondents
    inner join {{ ref('int_survey__profiles') }} as profiles on respondents.profile_id = profiles.profile_id
    where respondents.is_raked
    group by all

),

summed as (

    select
        {{ listed(cell, 'cells') }}
        scores.measure,
        cells.stratum,
        cells.cluster,
        cells.margin_cell,
        {{ sorted_sum('scores.score * cells.respondents') }} as scored,
        {{ sorted_sum('scores.score * cells.weight_units') }} as score_units,
        {{ sorted_sum('scores.score * cells.weight_square_units') }} as score_weight_squares,
        {{ sorted_sum('scores.score * scores.score * cells.weight_square_units') }} as score_square_weight_squares,
    from {{ ref('int_survey__cells') }} as cells
    inner join {{ ref('int_survey__scores') }} as scores
        on {{ same('cells', 'scores', survey_keys('question') + ['answer_code']) }}
    where cells.margin_cell is not null
    group by all

),

estimates as (

    select
        {{ listed(cell, 'measures') }}
        measures.measure,
        bases.base_units,
        coalesce(totals.score_units, 0) / bases.base_units as estimate,
    from (
        select
            {{ listed(cell) }}
            {{ sorted_sum('score_units') }} as base_units,
        from summed
        where measure = ''
        group by all
    ) as bases
    inner join (
        select distinct
            {{ listed(cell, 'summed') }}
            scores.measure,
        from summed
        inner join {{ ref('int_survey__scores') }} as scores on {{ same('summed', 'scores', survey_keys('question')) }}
        where scores.measure <> ''
    ) as measures on {{ same('bases', 'measures', cell) }}
    left join (
        select
            {{ listed(estimate) }}
            {{ sorted_sum('score_units') }} as score_units,
        from summed
        group by all
    ) as totals on {{ same('measures', 'totals', estimate) }}

),

linearised as (

    select
        {{ listed(estimate, 'estimates') }}
        places.stratum,
        places.cluster,
        places.margin_cell,
        places.respondents,
        places.weight_units / estimates.base_units as weight,
        places.weight_square_units / pow(estimates.base_units, 2) as weight_square,
        bases.scored is not null as has_base,
        coalesce(scored.scored, 0) - estimates.estimate * coalesce(bases.scored, 0) as z,
        (coalesce(scored.score_units, 0) - estimates.estimate * coalesce(bases.score_units, 0)) / estimates.base_units as w_z,
        (coalesce(scored.score_weight_squares, 0) - estimates.estimate * coalesce(bases.score_weight_squares, 0))
        / pow(estimates.base_units, 2) as w_w_z,
        (
            coalesce(scored.score_square_weight_squares, 0)
            - 2 * estimates.estimate * coalesce(scored.score_weight_squares, 0)
            + pow(estimates.estimate, 2) * coalesce(bases.score_weight_squares, 0)
        ) / pow(estimates.base_units, 2) as w_w_z_z,
    from estimates
    inner join places on {{ same('estimates', 'places', sample) }}
    left join summed as bases
        on
            {{ same('estimates', 'bases', cell) }}
            and bases.measure = ''
            and {{ same('places', 'bases', ['stratum', 'margin_cell']) }}
            and places.cluster is not distinct from bases.cluster
    left join summed as scored
        on
            {{ same('estimates', 'scored', estimate) }}
            and {{ same('places', 'scored', ['stratum', 'margin_cell']) }}
            and places.cluster is not distinct from scored.cluster

),

explained as (

    {{ explained_by_margins('linearised', estimate) }}

),

residuals as (

    select
        {{ listed(estimate, 'linearised') }}
        linearised.stratum,
        linearised.cluster,
        linearised.margin_cell,
        linearised.has_base,
        explained.explained,
        linearised.weight_square,
        linearised.w_w_z,
        linearised.w_z - explained.explained * linearised.weight as part,
        linearised.w_w_z_z - 2 * explained.explained * linearised.w_w_z
        + pow(explained.explained, 2) * linearised.weight_square as part_squares,
    from linearised
    inner join explained on {{ same('linearised', 'explained', estimate + ['margin_cell']) }}

)

select * from residuals

{#
    The mean R of every measure's score in every cell, and how sure it is: V = sum over strata of
    n / (n - 1) [ sum over sampling units of (A - R B)^2 - (A. - R B.)^2 / n ] / W^2, with A and B the unit's totals of weight times
    score and of weight, linearised as R's survey does, everybody outside the cell counting 0. Shares have Korn-Graubard intervals,
    on no more respondents than there are, and Clopper-Pearson's where nobody or everybody chose; net scores and means have those of t.
#}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
{%- set cell = survey_keys('cell') %}
with

by_stratum as (

    select
        {{ listed(cell) }}
        stratum,
        measure,
        sum(respondents) as respondents,
        {{ sorted_sum('score_units') }} as score_units,
        {{ sorted_sum('score_square_units') }} as score_square_units,
        {{ sorted_sum('unit_squares') }} as unit_squares,
        {{ sorted_sum('unit_products') }} as unit_products,
        -- A respondent outside any cluster is a sampling unit.
        sum(case when cluster is null then respondents else 1 end) as psus,
        {{ sorted_sum('score_weight_squares') }} as score_weight_squares,
    from {{ ref('int_survey__moments') }}
    group by all

),

asked as (

    select
        {{ listed(cell) }}
        sum(case when answer_code is null then respondents else 0 end) as unanswered,
    from {{ ref('int_survey__cells') }}
    group by all

),

bases as (

    select
        {{ listed(cell, 'asked') }}
        cast(any_value(asked.unanswered) + coalesce(sum(strata.respondents), 0) as bigint) as base_asked,
        cast(coalesce(sum(strata.respondents), 0) as bigint) as base_unweighted,
        {{ sorted_sum('strata.score_units') }} as base_units,
        pow({{ sorted_sum('strata.score_units') }}, 2) / {{ sorted_sum('strata.score_weight_squares') }} as effective_base,
        cast(coalesce(sum(strata.psus) - count(strata.stratum), 0) as bigint) as degrees_of_freedom,
        coalesce(bool_or(designs.is_fpc_ignored), false) as is_fpc_ignored,
        coalesce(bool_or(designs.variance_factor is null), false) as has_single_psu_stratum,
    from asked
    left join by_stratum as strata on {{ same('asked', 'strata', cell) }} and strata.measure = ''
    left join {{ ref('int_survey__strata') }} as designs on {{ same('strata', 'designs', survey_keys('sample') + ['stratum']) }}
    group by all

),

choices as (

    select distinct
        {{ listed(survey_keys('question')) }}
        measure,
        answer_label,
    from {{ ref('int_survey__scores') }}
    where measure <> ''

),

totals as (

    select
        {{ listed(cell) }}
        measure,
        {{ sorted_sum('score_units') }} as score_units,
        {{ sorted_sum('score_square_units') }} as score_square_units,
    from by_stratum
    where measure <> ''
    group by all

),

estimated as (

    select
        bases.*,
        choices.measure,
        choices.answer_label,
        choices.measure not in ('net', 'mean') as is_share,
        coalesce(totals.score_units, 0) as score_units,
        coalesce(totals.score_units, 0) / bases.base_units as estimate,
        coalesce(totals.score_square_units, 0) / bases.base_units as mean_square,
        choices.measure <> 'mean' and (
            coalesce(totals.score_square_units, 0) = 0
            or abs(abs(totals.score_units) - bases.base_units) <= 1e-14 * bases.base_units
        ) as is_unanimous,
    from bases
    inner join choices on {{ same('bases', 'choices', survey_keys('question')) }}
    left join totals on {{ same('bases', 'totals', cell) }} and choices.measure = totals.measure

),

strata_varied as (

    select
        {{ listed(cell, 'estimated') }}
        estimated.measure,
        designs.variance_factor * (
            coalesce(scored.unit_squares, 0)
            - 2 * estimated.estimate * coalesce(scored.unit_products, 0)
            + pow(estimated.estimate, 2) * strata.unit_squares
            - pow(coalesce(scored.score_units, 0) - estimated.estimate * strata.score_units, 2) / designs.psus
        ) / pow(estimated.base_units, 2) as variance,
    from estimated
    inner join by_stratum as strata on {{ same('estimated', 'strata', cell) }} and strata.measure = ''
    inner join {{ ref('int_survey__strata') }} as designs on {{ same('strata', 'designs', survey_keys('sample') + ['stratum']) }}
    left join by_stratum as scored
        on {{ same('strata', 'scored', cell + ['stratum']) }} and estimated.measure = scored.measure

),

strata_raked as (

    select
        {{ listed(cell, 'units') }}
        units.measure,
        designs.variance_factor is null as is_unknown,
        designs.variance_factor * (units.squares - pow(units.part, 2) / designs.psus) as variance,
    from (
        select
            {{ listed(cell) }}
            measure,
            stratum,
            {{ sorted_sum('part') }} as part,
            {{ sorted_sum('part_squares') }} as squares,
        from (
            select
                {{ listed(cell) }}
                measure,
                stratum,
                {{ sorted_sum('part') }} as part,
                case when cluster is null then {{ sorted_sum('part_squares') }} else pow({{ sorted_sum('part') }}, 2) end
                    as part_squares,
            from {{ ref('int_survey__residuals') }}
            group by {{ listed(cell) }} measure, stratum, cluster
        ) as of_units
        group by all
    ) as units
    inner join {{ ref('int_survey__strata') }} as designs on {{ same('units', 'designs', survey_keys('sample') + ['stratum']) }}

),

-- Rounding may leave a hair below 0. In a raked sample every stratum adds to the error of every cell.
variances as (

    select
        {{ listed(cell, 'varied') }}
        varied.measure,
        case when not coalesce(raked.is_unknown, false) then greatest(coalesce(raked.variance, varied.variance), 0.0) end
            as variance,
    from (
        select
            {{ listed(cell) }}
            measure,
            {{ sorted_sum('variance') }} as variance,
        from strata_varied
        group by all
    ) as varied
    left join (
        select
            {{ listed(cell) }}
            measure,
            bool_or(is_unknown) as is_unknown,
            {{ sorted_sum('variance') }} as variance,
        from strata_raked
        group by all
    ) as raked on {{ same('varied', 'raked', cell + ['measure']) }}

),

varied as (

    select
        estimated.*,
        case
            when estimated.is_unanimous then 0.0
            when not estimated.has_single_psu_stratum then variances.variance
        end as variance,
    from estimated
    left join variances on {{ same('estimated', 'variances', cell + ['measure']) }}

),

students as (

    select
        degrees_of_freedom,
        {{ student_quantile('0.95', 'degrees_of_freedom') }} as quantile, -- noqa: PRS
    from (
        select cast(degrees_of_freedom as double) as degrees_of_freedom
        from bases
        where degrees_of_freedom > 0
        union
        select cast(base_unweighted - 1 as double) as degrees_of_freedom
        from bases
        where base_unweighted > 1
    ) as known

),

-- The item's effective sample size, corrected for what is known of the variance itself.
sized as (

    select
        varied.*,
        of_design.quantile,
        case
            when varied.is_unanimous then varied.base_unweighted
            when of_design.quantile is null or varied.variance is null then null
            when varied.variance = 0 then varied.base_unweighted
            else least(
                varied.base_unweighted,
                varied.estimate * (1 - varied.estimate) / varied.variance * pow(of_base.quantile / of_design.quantile, 2)
            )
        end as interval_base,
        case
            when varied.is_unanimous or varied.variance = 0 then varied.base_unweighted
            when varied.variance is not null
                then least(varied.base_unweighted, (varied.mean_square - pow(varied.estimate, 2)) / varied.variance)
        end as item_base,
    from varied
    left join students as of_design on varied.degrees_of_freedom = of_design.degrees_of_freedom
    left join students as of_base on varied.base_unweighted - 1 = of_base.degrees_of_freedom

),

chosen as (

    select
        *,
        interval_base * estimate as chose,
        interval_base * (1 - estimate) as chose_not,
        interval_base * estimate + 1 as chose_or_one_more,
        interval_base * (1 - estimate) + 1 as chose_not_or_one_more,
    from sized

),

bounded as (

    select
        *,
        case
            when not is_share then estimate - quantile * sqrt(variance)
            when chose = 0 then 0.0
            when chose > 0 then {{ beta_quantile('0.025', 'chose', 'chose_not_or_one_more') }} -- noqa: PRS
        end as ci_low,
        case
            when not is_share then estimate + quantile * sqrt(variance)
            when chose_not = 0 then 1.0
            when chose_not > 0 then 1 - {{ beta_quantile('0.025', 'chose_not', 'chose_or_one_more') }} -- noqa: PRS
        end as ci_high,
    from chosen
    where base_unweighted >= {{ smallest_base() }}

),

judged as (

    select
        *,
        {{ nchs_display() }} as display,
        case
            when variance is null then 'single_psu_stratum'
            when degrees_of_freedom < 1 and not is_unanimous then 'no_degrees_of_freedom'
            when is_fpc_ignored then 'fpc_ignored'
        end as reason,
    from bounded

),

waves as (

    select
        {{ listed(survey_keys('wave'), 'waves') }}
        waves.fieldwork_to,
        waves.sampling,
        waves.mode,
        waves.samples,
        row_number() over (
            partition by waves.campaign_id, waves.survey_id, waves.wave order by waves.landed_on desc, waves.delivery desc
        ) as age,
    from {{ ref('stg_survey__waves') }} as waves
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('waves', 'rebuilt', survey_keys('wave')) }}

),

samples as (

    select
        {{ listed(survey_keys('wave')) }}
        described.sample,
        min_by(described.country, age) as country,
        min_by(described.is_weighted, age) as is_weighted,
    from (
        select
            {{ listed(survey_keys('wave')) }}
            age,
            unnest(samples) as described,
        from waves
    ) as listed
    group by all

),

scales as (

    {{ weights_of_samples() }}

),

-- Under the smallest base there is no figure at all.
described as (

    select
        {{ listed(cell, 'estimated') }}
        estimated.measure as answer_code,
        questions.question_key,
        estimated.answer_label,
        coalesce(samples.country, 'unknown') as country,
        waves.fieldwork_to as event_on,
        waves.sampling,
        waves.mode,
        samples.is_weighted,
        estimated.is_share,
        estimated.base_asked,
        estimated.base_unweighted,
        judged.base_units * scales.weight_unit as base_weighted,
        judged.score_units * scales.weight_unit as answer_weighted,
        judged.effective_base,
        judged.degrees_of_freedom,
        judged.estimate,
        judged.variance,
        judged.ci_low,
        judged.ci_high,
        judged.variance / nullif(
            (judged.mean_square - pow(judged.estimate, 2))
            / case when not judged.is_unanimous then judged.base_unweighted - 1 end,
            0
        ) as design_effect,
        coalesce(judged.display, 'suppress') as display,
        scales.raking_loss_pct,
        case
            when judged.measure is null then 'small_base'
            else coalesce(judged.reason, case when scales.is_unraked then 'not_raked' end)
        end as reason,
    from estimated
    inner join waves on {{ same('estimated', 'waves', survey_keys('wave')) }} and waves.age = 1
    inner join {{ ref('int_survey__questions') }} as questions
        on {{ same('estimated', 'questions', survey_keys('question')) }}
    inner join scales on {{ same('estimated', 'scales', survey_keys('sample')) }}
    left join samples on {{ same('estimated', 'samples', survey_keys('sample')) }}
    left join judged on {{ same('estimated', 'judged', cell + ['measure']) }}

)

select * from described

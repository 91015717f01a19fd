{#
    How two estimates go together that share sampling units: the covariance of their linearised totals, sum over strata of
    n / (n - 1) [ sum over shared sampling units of u1 u2 - u1. u2. / n ], and what they share of the design. They are those of two
    values of a segment, who are respondents of one sample, or of a panel in two waves. Two waves are one design, as R has it, in which
    whoever stands in one of them counts 0 in the other: what that changes in the variance of each is part of the covariance.
#}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
{%- set sample = survey_keys('sample') + ['question_code', 'segment_name'] %}
{%- set cell = survey_keys('cell') %}
{%- set pair = survey_keys('sample') + ['question_code', 'earlier_wave', 'earlier_code'] %}
{%- set change = pair + ['segment_name', 'segment_value', 'answer_code'] %}
{%- set waves = survey_keys('sample') + ['earlier_wave'] %}
{%- set with_panels = has_panels() %}
with

{% if with_panels -%}
    panel_estimates as (

        {{ estimates_of_panels() }}

    ),

    pairs as (

        {{ compared_waves('panel_estimates') }}

    ),

    panelists as (

        {{ panelists('pairs') }}

    ),

    panel_products as (

        {{ panel_products() }}

    ),

{% endif -%}
-- In a raked sample everybody adds to the error of every value: `raked` has their residuals.
{% for name, parts in [('moments', 'int_survey__moments'), ('raked', 'int_survey__residuals')] -%}
    {{ name }} as (

        select parts.*
        from {{ ref(parts) }} as parts
        where
            parts.segment_name not in ('all', 'quality_screen')
            {% if with_panels -%}
                or exists (
                    select 1
                    from panel_estimates
                    where {{ same('parts', 'panel_estimates', survey_keys('sample')) }}
                )
            {%- endif %}

    ),

{% endfor -%}
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
        (
            coalesce(scored.unit_squares, 0)
            - 2 * estimates.estimate * coalesce(scored.unit_products, 0)
            + pow(estimates.estimate, 2) * bases.unit_squares
        ) / pow(weighted.base_units, 2) as squares,
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
        case when cluster is null then {{ sorted_sum('part_squares') }} else pow({{ sorted_sum('part') }}, 2) end as squares,
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
        {{ sorted_sum('squares') }} as squares,
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

{% if with_panels -%}
-- Of the sampling units that stand in both waves, clusters first.
    shared_by_waves as (

        select
            {{ listed(pair, 'pairs') }}
            {{ listed(['segment_name', 'segment_value', 'answer_code', 'stratum'], 'later') }}
            count(*) filter (where later.has_base and earlier.has_base) as units,
            0 as respondents,
            {{ sorted_sum('later.part * earlier.part') }} as product,
        from pairs
        inner join linearised as later on {{ same('pairs', 'later', sample[:-1]) }}
        inner join linearised as earlier
            on
                {{ same('pairs', 'earlier', ['campaign_id', 'survey_id', 'sample']) }}
                and pairs.earlier_wave = earlier.wave
                and pairs.earlier_code = earlier.question_code
                and {{ same('later', 'earlier', ['segment_name', 'segment_value', 'stratum', 'cluster', 'answer_code']) }}
        group by all
        union all
        select
            {{ listed(pair) }}
            segment_name,
            segment_value,
            measure as answer_code,
            stratum,
            units,
            respondents,
            product,
        from panel_products

    ),

    clusters as (

        select distinct
            {{ listed(survey_keys('sample'), 'profiles') }}
            profiles.stratum,
            profiles.cluster,
        from {{ ref('int_survey__profiles') }} as profiles
        semi join panel_estimates on {{ same('profiles', 'panel_estimates', survey_keys('sample')) }}
        where profiles.cluster is not null

    ),

    -- A stratum of two waves has the sampling units of both, each once.
    strata_of_waves as (

        select
            {{ listed(waves) }}
            stratum,
            cast(sum(psus) as bigint) as psus,
            max(fpc) as fpc,
            bool_or(has_fpc) as has_fpc,
            bool_and(is_fpc_constant) and min(fpc) = max(fpc) as is_fpc_constant,
        from (
            select
                {{ listed(waves, 'compared') }}
                {{ listed(['stratum', 'psus', 'fpc', 'has_fpc', 'is_fpc_constant'], 'designs') }}
            from (select distinct {{ joined(waves) }} from pairs) as compared
            inner join {{ ref('int_survey__strata') }} as designs
                on
                    {{ same('compared', 'designs', ['campaign_id', 'survey_id', 'sample']) }}
                    and designs.wave in (compared.wave, compared.earlier_wave)
            union all
            select
                {{ listed(waves) }}
                stratum,
                -count(*) as psus,
                cast(null as double) as fpc,
                cast(null as boolean) as has_fpc,
                cast(null as boolean) as is_fpc_constant,
            from panelists
            where is_unit
            group by {{ listed(waves) }} stratum
            union all
            select
                {{ listed(waves, 'compared') }}
                later.stratum,
                -count(*) as psus,
                cast(null as double) as fpc,
                cast(null as boolean) as has_fpc,
                cast(null as boolean) as is_fpc_constant,
            from (select distinct {{ joined(waves) }} from pairs) as compared
            inner join clusters as later on {{ same('compared', 'later', survey_keys('sample')) }}
            inner join clusters as earlier
                on
                    {{ same('later', 'earlier', ['campaign_id', 'survey_id', 'sample', 'stratum', 'cluster']) }}
                    and compared.earlier_wave = earlier.wave
            group by {{ listed(waves, 'compared') }} later.stratum
        ) as counted
        group by {{ listed(waves) }} stratum

    ),

    designs_of_waves as (

        {{ variance_factors('strata_of_waves') }}

    ),

    -- Of every sampling unit u of the later wave less that of the earlier one.
    differences as (

        select
            {{ listed(change, 'parts') }}
            parts.stratum,
            {{ sorted_sum('parts.part') }} as part,
            {{ sorted_sum('parts.squares') }} as squares,
            sum(parts.units) as units,
            sum(parts.respondents) as respondents,
            count(*) filter (where parts.has_base) = 2 as is_shared,
        from (
            {% for of_wave, code, sign in [('wave', 'question_code', 1), ('earlier_wave', 'earlier_code', -1)] -%}
                select
                    {{ listed(pair, 'pairs') }}
                    {{ listed(['segment_name', 'segment_value', 'answer_code', 'stratum', 'has_base'], 'strata') }}
                    strata.part * {{ sign }} as part,
                    strata.squares,
                    0 as units,
                    0 as respondents,
                from pairs
                inner join by_stratum as strata
                    on
                        {{ same('pairs', 'strata', ['campaign_id', 'survey_id', 'sample']) }}
                        and pairs.{{ of_wave }} = strata.wave
                        and pairs.{{ code }} = strata.question_code
                union all
            {% endfor -%}
            select
                {{ listed(change) }}
                stratum,
                false as has_base,
                0 as part,
                -2 * product as squares,
                units,
                respondents,
            from shared_by_waves
        ) as parts
        group by all

    ),

    of_waves as (

        select
            {{ listed(change, 'differences') }}
        {{ sorted_sum(
            'designs.variance_factor * (differences.squares - pow(differences.part, 2) / designs.psus)'
        ) }} as variance,
            bool_or(designs.variance_factor is null and differences.squares <> 0) as is_unknown,
            bool_or(designs.is_fpc_ignored) as is_fpc_ignored,
            sum(differences.units) as units,
            sum(differences.respondents) as respondents,
            count(*) filter (where differences.is_shared) as strata,
        from differences
        inner join designs_of_waves as designs on {{ same('differences', 'designs', waves + ['stratum']) }}
        group by all

    ),

{% endif -%}
summed as (

    select
        {{ listed(sample) }}
        cast(null as varchar) as earlier_wave,
        segment_value,
        other_value,
        answer_code,
        {{ sorted_sum('covariance') }} as covariance,
        cast(sum(units) as bigint) as shared_units,
        count(*) filter (where is_shared) as shared_strata,
        cast(null as bigint) as respondents,
        false as is_fpc_ignored,
    from shared_strata
    group by all
    {% if with_panels -%}
        union all
        select
            {{ listed(sample, 'later') }}
            pairs.earlier_wave,
            later.segment_value,
            later.segment_value as other_value,
            later.answer_code,
            case
                when not of_waves.is_unknown
                    then (
                        later.variance + earlier.variance
                        -- Rounding may leave a hair where everybody answered as before.
                        - case
                            when of_waves.variance > 1e-12 * (later.variance + earlier.variance) then of_waves.variance else 0
                        end
                    ) / 2
            end as covariance,
            cast(coalesce(of_waves.units, 0) as bigint) as shared_units,
            coalesce(of_waves.strata, 0) as shared_strata,
            cast(coalesce(of_waves.respondents, 0) as bigint) as respondents,
            coalesce(of_waves.is_fpc_ignored, false) as is_fpc_ignored,
        from pairs
        inner join panel_estimates as later on {{ same('pairs', 'later', survey_keys('sample') + ['question_code']) }}
        inner join panel_estimates as earlier
            on
                {{ same('later', 'earlier', ['campaign_id', 'survey_id', 'sample'] + change[-3:]) }}
                and pairs.earlier_wave = earlier.wave
                and pairs.earlier_code = earlier.question_code
        left join of_waves
            on {{ same('pairs', 'of_waves', pair) }} and {{ same('later', 'of_waves', change[-3:]) }}
    {%- endif %}

)

select * from summed

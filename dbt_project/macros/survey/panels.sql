{# Whether a build has a wave of a panel: what is told of panels takes a tenth of a second to plan, and most builds have none. #}
{% macro has_panels() -%}
    {%- if execute and flags.WHICH in ('run', 'build') -%}
        {%- set panels = run_query('select 1 from ' ~ ref('stg_survey__waves') ~ ' where is_panel limit 1') -%}
        {{ return(panels.rows | length > 0) }}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}

{# The estimates of the waves of panels of which a build has the respondents. #}
{% macro estimates_of_panels() -%}
    select estimates.*
    from {{ ref('int_survey__estimates') }} as estimates
    semi join (
        select profiles.*
        from {{ ref('int_survey__profiles') }} as profiles
        semi join {{ ref('stg_survey__waves') }} as waves
            on {{ same('profiles', 'waves', ['landed_on', 'delivery']) }} and waves.is_panel
    ) as panels on {{ same('estimates', 'panels', survey_keys('sample')) }}
{%- endmacro %}

{#
    People who stand in two compared waves of a panel, in the same sample, with the product of their weights. `is_unit` says that
    they are one sampling unit of both. `pairs` are compared_waves of panels.
#}
{% macro panelists(pairs) -%}
    {%- set sample = survey_keys('sample') -%}
    with

    people as (

        select
            {{ listed(sample, 'profiles') }}
            {{ listed(survey_keys('person'), 'respondents') }}
            coalesce(delivered.member_key, delivered.respondent_key) as member_key,
            respondents.profile_id,
            profiles.stratum,
            profiles.cluster,
            case when respondents.is_raked then profiles.margin_cell end as margin_cell,
            respondents.weight_units * respondents.weight_unit as weight,
        from {{ ref('int_survey__respondents') }} as respondents
        semi join (
            select *
            from {{ ref('stg_survey__waves') }}
            where is_panel
        ) as panels on {{ same('respondents', 'panels', ['landed_on', 'delivery']) }}
        inner join {{ ref('int_survey__profiles') }} as profiles on respondents.profile_id = profiles.profile_id
        inner join {{ ref('stg_survey__respondents') }} as delivered
            on {{ same('respondents', 'delivered', survey_keys('person')) }} and profiles.profile = delivered.profile

    ),

    in_both as (

        select
            {{ listed(sample, 'later') }}
            earlier.wave as earlier_wave,
            later.stratum,
            {% for wave in ['later', 'earlier'] -%}
                {% for column in survey_keys('person') + ['profile_id', 'margin_cell'] -%}
                    {{ wave }}.{{ column }} as {{ wave }}_{{ column }},
                {% endfor -%}
            {% endfor -%}
            later.cluster is null and earlier.cluster is null and later.stratum = earlier.stratum as is_unit,
            later.weight * earlier.weight as product,
        from people as later
        inner join (
            select distinct
                {{ listed(sample) }}
                earlier_wave,
            from {{ pairs }}
        ) as compared on {{ same('later', 'compared', sample) }}
        inner join people as earlier
            on
                {{ same('later', 'earlier', ['campaign_id', 'survey_id', 'sample', 'member_key']) }}
                and compared.earlier_wave = earlier.wave

    )

    select * from in_both
{%- endmacro %}

{#
    What people who stand in two compared waves of a panel add to the covariance of its estimates. With u = w (s - R) / W of a respondent
    who is a sampling unit of both waves, less w f / W in a raked sample, `product` is the sum of u1 u2 of a stratum. It is found from
    how many people gave which two answers, and with which margins. `units` are those of them who answered in both waves, `respondents`
    are all who did, sampling units or not. Products of clusters are found from their totals.
    It stands where panel_estimates, pairs (compared_waves of them) and panelists are CTEs.
#}
{% macro panel_products() -%}
    {%- set sample = survey_keys('sample') -%}
    {%- set pair = sample + ['question_code', 'earlier_wave', 'earlier_code'] -%}
    {%- set segment = ['segment_name', 'segment_value'] -%}
    with

    panels as (

        select
            landed_on,
            delivery,
        from {{ ref('stg_survey__waves') }}
        where is_panel

    ),

    codes as (

        select codes.*
        from {{ grouped_answer_codes() }} as codes
        semi join panels on {{ same('codes', 'panels', ['landed_on', 'delivery']) }}

    ),

    answered as (

        select
            {{ listed(survey_keys('person'), 'answers') }}
            codes.question_code,
            codes.answer_code,
        from {{ given_answers() }} as answers
        inner join codes on {{ same('answers', 'codes', ['landed_on', 'delivery', 'answer']) }}
        where codes.answer_code is not null and (not codes.is_multiple or codes.answer_code <> '')
        union all
        select *
        from (
            select
                {{ listed(survey_keys('person')) }}
                question_code,
                unnest(list_concat([in_base], ticked_groups)) as answer_code,
            from {{ ticked_boxes('codes') }} as boxes
        ) as ticked
        where answer_code is not null
        union all
        select
            {{ listed(survey_keys('person'), 'scores') }}
            scores.question_code,
            cast(scores.score as varchar) as answer_code,
        from {{ ref('int_survey__scale_scores') }} as scores
        semi join panels on {{ same('scores', 'panels', ['landed_on', 'delivery']) }}
        where scores.score is not null

    ),

    numbered as (

        select
            {{ listed(pair) }}
            row_number() over (order by {{ joined(pair) }}) as pair_id,
        from pairs

    ),

    -- Who stands in both waves, by the questions that both put. These are taken apart after the join, or DuckDB would join all answers
    -- that a person gave in one wave with all of the other.
    asked as (

        select
            * exclude (question),
            question.pair_id,
            question.question_code,
            question.earlier_code,
        from (
            select
                {{ listed(['stratum', 'is_unit', 'product'], 'panelists') }}
                {% for wave in ['later', 'earlier'] -%}
                    {% for column in survey_keys('person') + ['profile_id'] -%}
                        panelists.{{ wave }}_{{ column }},
                    {% endfor -%}
                    panelists.{{ wave }}_margin_cell is not null as {{ wave }}_is_raked,
                {% endfor -%}
                unnest(compared.questions) as question,
            from panelists
            inner join (
                select
                    {{ listed(sample) }}
                    earlier_wave,
                    list(
                        struct_pack(pair_id := pair_id, question_code := question_code, earlier_code := earlier_code)
                    ) as questions,
                from numbered
                group by all
            ) as compared on {{ same('panelists', 'compared', sample + ['earlier_wave']) }}
        ) as listed

    ),

    -- How many people of two profiles gave two answers.
    answers_crossed as (

        select
            {{ listed(pair, 'numbered') }}
            crossed.stratum,
            crossed.is_unit,
            crossed.later_profile_id,
            crossed.earlier_profile_id,
            crossed.later_answer,
            crossed.earlier_answer,
            crossed.respondents,
            crossed.product,
        from (
            select
                asked.pair_id,
                asked.stratum,
                asked.is_unit,
                asked.later_profile_id,
                asked.earlier_profile_id,
                later.answer_code as later_answer,
                earlier.answer_code as earlier_answer,
                count(*) as respondents,
                {{ sorted_sum('asked.product') }} as product,
            from asked
            {{ answers_of_panelists('later', 'later') }}
            {{ answers_of_panelists('earlier', 'earlier') }}
            group by all
        ) as crossed
        inner join numbered on crossed.pair_id = numbered.pair_id

    ),

    segmented as (

        select
            profile_id,
            segment.segment_name,
            segment.segment_value,
        from (
            select
                profiles.profile_id,
                unnest(
                    list_concat([struct_pack(segment_name := 'all', segment_value := 'all')], profiles.segments)
                ) as segment,
            from {{ ref('int_survey__profiles') }} as profiles
            semi join panels on {{ same('profiles', 'panels', ['landed_on', 'delivery']) }}
        ) as listed

    ),

    -- s - R of whoever gave an answer, by the sum of weights; in a question with several answers, s of each and -R of the base.
    answer_parts as (

        select
            {{ listed(survey_keys('cell'), 'estimates') }}
            estimates.answer_code as measure,
            answers.answer_code,
            answers.base_score,
            (coalesce(scored.score, 0) - estimates.estimate * answers.base_score) / estimates.base_weighted as part,
        from panel_estimates as estimates
        inner join (
            select
                {{ listed(survey_keys('question')) }}
                answer_code,
                max(case when measure = '' then score else 0 end) as base_score,
            from {{ ref('int_survey__scores') }}
            group by all
        ) as answers on {{ same('estimates', 'answers', survey_keys('question')) }}
        left join {{ ref('int_survey__scores') }} as scored
            on
                {{ same('answers', 'scored', survey_keys('question') + ['answer_code']) }}
                and estimates.answer_code = scored.measure

    ),

    -- What the margins explain of that, of everybody in a raked sample.
    margin_parts as (

        select distinct
            {{ listed(survey_keys('cell'), 'residuals') }}
            residuals.measure,
            residuals.margin_cell,
            -residuals.explained / estimates.base_weighted as part,
        from {{ ref('int_survey__residuals') }} as residuals
        inner join panel_estimates as estimates
            on
                {{ same('residuals', 'estimates', survey_keys('cell')) }}
                and residuals.measure = estimates.answer_code

    ),

    answers_of_both as (

        select
            {{ listed(pair + segment, 'crossed') }}
            later_parts.measure,
            crossed.stratum,
            {{ sorted_sum('case when crossed.is_unit then crossed.product * later_parts.part * earlier_parts.part end') }} as product,
            sum(
                case when crossed.is_unit then crossed.respondents * later_parts.base_score * earlier_parts.base_score end
            ) as units,
            sum(crossed.respondents * later_parts.base_score * earlier_parts.base_score) as respondents,
        from (
            select
                {{ listed(pair, 'crossed') }}
                {{ listed(segment, 'later') }}
                crossed.stratum,
                crossed.is_unit,
                crossed.later_answer,
                crossed.earlier_answer,
                sum(crossed.respondents) as respondents,
                {{ sorted_sum('crossed.product') }} as product,
            from answers_crossed as crossed
            inner join segmented as later on crossed.later_profile_id = later.profile_id
            inner join segmented as earlier
                on crossed.earlier_profile_id = earlier.profile_id and {{ same('later', 'earlier', segment) }}
            group by all
        ) as crossed
        {{ parts_of_panelists('later', 'answer_parts', 'answer_code', 'later_answer') }}
        {{ parts_of_panelists('earlier', 'answer_parts', 'answer_code', 'earlier_answer', 'later_parts') }}
        group by all

    ),

    {% for wave, other in [('later', 'earlier'), ('earlier', 'later')] -%}
    {{ wave }}_answers_and_margins as (

        select
            {{ listed(pair + segment, 'crossed') }}
            {{ wave }}_parts.measure,
            crossed.stratum,
            {{ sorted_sum('crossed.product * later_parts.part * earlier_parts.part') }} as product,
        from (
            select
                {{ listed(pair, 'numbered') }}
                {{ listed(segment, 'segmented') }}
                weighed.stratum,
                raked.margin_cell,
                weighed.answer_code,
                {{ sorted_sum('weighed.product') }} as product,
            from (
                select
                    asked.pair_id,
                    asked.stratum,
                    asked.{{ wave }}_profile_id as profile_id,
                    asked.{{ other }}_profile_id as other_profile_id,
                    given.answer_code,
                    {{ sorted_sum('asked.product') }} as product,
                from asked
                {{ answers_of_panelists(wave, 'given') }}
                where asked.is_unit and asked.{{ other }}_is_raked
                group by all
            ) as weighed
            inner join (
                select distinct
                    {{ other }}_profile_id as profile_id,
                    {{ other }}_margin_cell as margin_cell,
                from panelists
                where {{ other }}_margin_cell is not null
            ) as raked on weighed.other_profile_id = raked.profile_id
            inner join numbered on weighed.pair_id = numbered.pair_id
            inner join segmented on weighed.profile_id = segmented.profile_id
            group by all
        ) as crossed
        {{ parts_of_panelists(wave, 'answer_parts', 'answer_code', 'answer_code') }}
        {{ parts_of_panelists(other, 'margin_parts', 'margin_cell', 'margin_cell', wave ~ '_parts') }}
        group by all

    ),

    {% endfor -%}
    margins_of_both as (

        select
            {{ listed(pair, 'crossed') }}
            {{ listed(segment + ['measure'], 'later_parts') }}
            crossed.stratum,
            {{ sorted_sum('crossed.product * later_parts.part * earlier_parts.part') }} as product,
        from (
            select
                {{ listed(pair, 'pairs') }}
                weighed.stratum,
                weighed.later_margin_cell,
                weighed.earlier_margin_cell,
                weighed.product,
            from pairs
            inner join (
                select
                    {{ listed(sample) }}
                    earlier_wave,
                    stratum,
                    later_margin_cell,
                    earlier_margin_cell,
                    {{ sorted_sum('product') }} as product,
                from panelists as in_both
                where is_unit and later_margin_cell is not null and earlier_margin_cell is not null
                group by all
            ) as weighed on {{ same('pairs', 'weighed', sample + ['earlier_wave']) }}
        ) as crossed
        inner join margin_parts as later_parts
            on
                {{ same('crossed', 'later_parts', sample + ['question_code']) }}
                and crossed.later_margin_cell = later_parts.margin_cell
        inner join margin_parts as earlier_parts
            on
                {{ same('later_parts', 'earlier_parts', ['campaign_id', 'survey_id', 'sample', 'measure'] + segment) }}
                and crossed.earlier_wave = earlier_parts.wave
                and crossed.earlier_code = earlier_parts.question_code
                and crossed.earlier_margin_cell = earlier_parts.margin_cell
        group by all

    ),

    products as (

        select * from answers_of_both
        {% for relation in ['later_answers_and_margins', 'earlier_answers_and_margins', 'margins_of_both'] -%}
            union all
            select
                {{ listed(pair + segment + ['measure', 'stratum', 'product']) }}
                0 as units,
                0 as respondents,
            from {{ relation }}
        {% endfor %}

    ),

    summed as (

        select
            {{ listed(pair + segment + ['measure', 'stratum']) }}
            {{ sorted_sum('product') }} as product,
            sum(units) as units,
            sum(respondents) as respondents,
        from products
        group by all

    )

    select * from summed
{%- endmacro %}

{# Joins, in panel_products, what people answered in the later or earlier wave to the question of a pair of waves. #}
{% macro answers_of_panelists(wave, alias) -%}
    inner join answered as {{ alias }}
        on
            {% for column in survey_keys('person') -%}
                asked.{{ wave }}_{{ column }} = {{ alias }}.{{ column }} and
            {% endfor -%}
            asked.{{ 'question_code' if wave == 'later' else 'earlier_code' }} = {{ alias }}.question_code
{%- endmacro %}

{# Joins there what an answer, or a combination of margins, of that wave adds to an estimate: of the same one as `others`. #}
{% macro parts_of_panelists(wave, parts, column, crossed_column, others=none) -%}
    inner join {{ parts }} as {{ wave }}_parts
        on
            {{ same('crossed', wave ~ '_parts', ['campaign_id', 'survey_id', 'sample', 'segment_name', 'segment_value']) }}
            and crossed.{{ 'wave' if wave == 'later' else 'earlier_wave' }} = {{ wave }}_parts.wave
            and crossed.{{ 'question_code' if wave == 'later' else 'earlier_code' }} = {{ wave }}_parts.question_code
            and crossed.{{ crossed_column }} = {{ wave }}_parts.{{ column }}
            {%- if others %}
            and {{ others }}.measure = {{ wave }}_parts.measure
            {%- endif %}
{%- endmacro %}

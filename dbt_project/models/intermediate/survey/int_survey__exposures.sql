{#
    How scores go with the level of exposure to the campaign: the slope b of a weighted regression on the level and the controls, each a
    factor. With x and y what the controls leave of level and score, b = sum w x y / sum w x x (Frisch and Waugh 1933), and its
    variance is that of the total of w z, z = x (y - b x) / sum w x x, in the design of the sample (Binder 1983), as R's svyglm makes it.
    What the controls explain is found by turns: the mean of each of their values is subtracted until all of them are 0.
#}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
{%- set sample = survey_keys('sample') %}
{%- set model = sample + ['question_code'] %}
{%- set of_model = joined(model) %}
{%- set person = "concat_ws('/', " ~ joined(survey_keys('person'), 'respondents') ~ ')' %}
with recursive

-- What profiles have of the controls.
segments as (

    select
        {{ listed(sample, 'listed') }}
        listed.profile_id,
        listed.segment.segment_name,
        listed.segment.segment_value,
    from (
        select
            {{ listed(sample) }}
            profile_id,
            unnest(segments) as segment,
        from {{ ref('int_survey__profiles') }}
    ) as listed
    inner join ({{ exposure_controls() }}) as controls on listed.segment.segment_name = controls.segment_name

),

-- The blank is a factor of everybody: the constant of the regression.
held as (

    select
        profile_id,
        list_concat([''], list_sort(list(concat(segment_name, '=', segment_value)))) as controls,
        count(*) as known,
    from segments
    group by all

),

controls as (

    select
        {{ listed(sample) }}
        list_sort(list(distinct segment_name)) as controls,
    from segments
    group by all

),

-- Who has a score, a level and a value of every control of the sample.
people as (

    select
        {{ listed(sample, 'profiles') }}
        scores.question_code,
        profiles.stratum,
        profiles.cluster,
        profiles.margin_cell,
        {{ person }} as person,
        respondents.weight_units * respondents.weight_unit as weight,
        levels.score as level,
        scores.score,
        coalesce(held.controls, ['']) as controls,
    from {{ ref('int_survey__respondents') }} as respondents
    inner join {{ ref('int_survey__scale_scores') }} as levels
        on
            {{ same('respondents', 'levels', survey_keys('person')) }}
            and levels.question_code = 'exposure/published'
            and levels.score is not null
    inner join {{ ref('int_survey__scale_scores') }} as scores
        on
            {{ same('respondents', 'scores', survey_keys('person')) }}
            and scores.question_code not like 'exposure/%'
            and scores.question_code <> {{ awareness_score() }}
            and scores.score is not null
    inner join {{ ref('int_survey__profiles') }} as profiles on respondents.profile_id = profiles.profile_id
    left join held on respondents.profile_id = held.profile_id
    left join controls on {{ same('profiles', 'controls', sample) }}
    where coalesce(held.known, 0) = coalesce(array_length(controls.controls), 0)

),

combined as (

    select
        {{ listed(model) }}
        controls,
        {{ sorted_sum('weight') }} as weight,
        {{ sorted_sum('weight * level') }} / {{ sorted_sum('weight') }} as level,
        {{ sorted_sum('weight * score') }} / {{ sorted_sum('weight') }} as score,
    from people
    group by all

),

-- A turn for each control, until a whole round of them has left nothing to subtract.
residuals as (

    select
        {{ listed(model) }}
        controls,
        weight,
        level,
        score,
        0 as step,
        0 as idle_steps,
    from combined
    union all
    select
        {{ listed(model) }}
        controls,
        weight,
        level - level_mean as level,
        score - score_mean as score,
        step + 1 as step,
        case
            when max(greatest(abs(level_mean), abs(score_mean))) over (partition by {{ of_model }}) < 1e-12 then idle_steps + 1
            else 0
        end as idle_steps,
    from (
        select
            *,
            list_sum(list_sort(list(weight * level) over factor)) / list_sum(list_sort(list(weight) over factor)) as level_mean,
            list_sum(list_sort(list(weight * score) over factor)) / list_sum(list_sort(list(weight) over factor)) as score_mean,
        from residuals
        where idle_steps < array_length(controls) and step < 1000
        window factor as (
            partition by
                {{ listed(model) }}
                list_extract(controls, step % array_length(controls) + 1)
        )
    ) as turned

),

explained as (

    select
        {{ listed(model, 'combined') }}
        combined.controls,
        combined.level - residuals.level as level,
        combined.score - residuals.score as score,
        residuals.idle_steps < array_length(residuals.controls) as is_unsettled,
    from combined
    inner join residuals on {{ same('combined', 'residuals', model + ['controls']) }}
    qualify residuals.step = max(residuals.step) over (partition by {{ joined(model, 'combined') }})

),

centred as (

    select
        people.*,
        people.level - explained.level as x,
        people.score - explained.score as y,
        explained.is_unsettled,
    from people
    inner join explained on {{ same('people', 'explained', model + ['controls']) }}

),

parameters as (

    select
        {{ listed(model) }}
        count(distinct value) - array_length(any_value(controls)) as controlled,
    from (
        select
            {{ listed(model) }}
            controls,
            unnest(controls) as value,
        from combined
    ) as values_of_controls
    group by all

),

fitted as (

    select
        {{ listed(model) }}
        count(*) as respondents,
        count(distinct concat(stratum, '/', coalesce(cluster, concat(person, '/')))) - count(distinct stratum) as freedom,
        bool_or(is_unsettled) as is_unsettled,
        {{ sorted_sum('weight * x * x') }} as spread,
        {{ sorted_sum('weight * x * y') }} / nullif({{ sorted_sum('weight * x * x') }}, 0) as slope,
        sqrt(greatest(
            {{ sorted_sum('weight * score * score') }} / {{ sorted_sum('weight') }}
            - pow({{ sorted_sum('weight * score') }} / {{ sorted_sum('weight') }}, 2),
            0
        )) as deviation,
        {{ sorted_sum('weight * level * level') }} - pow({{ sorted_sum('weight * level') }}, 2) / {{ sorted_sum('weight') }}
            as level_spread,
    from centred
    group by all

),

linearised as (

    select
        {{ listed(model, 'centred') }}
        centred.stratum,
        centred.cluster,
        centred.margin_cell,
        centred.person,
        centred.weight,
        centred.x * (centred.y - fitted.slope * centred.x) / fitted.spread as z,
    from centred
    inner join fitted on {{ same('centred', 'fitted', model) }}

),

-- Of raked samples, what the margins explain of z is subtracted, also of those who are not in the regression.
of_margins as (

    {{ explained_by_margins('linearised', model) }}

),

parts as (

    select
        {{ listed(model) }}
        stratum,
        cluster,
        person,
        weight * z as part,
    from linearised
    union all
    select
        {{ listed(model, 'of_margins') }}
        profiles.stratum,
        profiles.cluster,
        {{ person }} as person,
        -respondents.weight_units * respondents.weight_unit * of_margins.explained as part,
    from of_margins
    inner join {{ ref('int_survey__profiles') }} as profiles
        on {{ same('of_margins', 'profiles', sample + ['margin_cell']) }}
    inner join {{ ref('int_survey__respondents') }} as respondents on profiles.profile_id = respondents.profile_id

),

units as (

    select
        {{ listed(model) }}
        stratum,
        {{ sorted_sum('part') }} as part,
    from parts
    group by
        {{ listed(model) }}
        stratum, cluster, case when cluster is null then person end

),

varied as (

    select
        {{ listed(model, 'strata') }}
        case
            when count(designs.variance_factor) = count(*)
                then {{ sorted_sum('designs.variance_factor * (strata.squares - pow(strata.part, 2) / designs.psus)') }}
        end as variance,
    from (
        select
            {{ listed(model) }}
            stratum,
            {{ sorted_sum('part') }} as part,
            {{ sorted_sum('part * part') }} as squares,
        from units
        group by all
    ) as strata
    inner join {{ ref('int_survey__strata') }} as designs on {{ same('strata', 'designs', sample + ['stratum']) }}
    group by all

),

-- A level that the controls tell has no slope of its own.
judged as (

    select
        fitted.*,
        varied.variance,
        controls.controls,
        fitted.freedom - 1 - parameters.controlled as degrees_of_freedom,
        case
            when fitted.respondents < {{ smallest_base() }} then 'small_base'
            when fitted.is_unsettled or fitted.spread <= 1e-10 * fitted.level_spread or fitted.spread = 0 then 'no_variance'
        end as without_slope,
    from fitted
    inner join parameters on {{ same('fitted', 'parameters', model) }}
    left join varied on {{ same('fitted', 'varied', model) }}
    left join controls on {{ same('fitted', 'controls', sample) }}

),

described as (

    select
        {{ listed(model) }}
        coalesce(controls, []) as controls,
        respondents,
        case when without_slope is null then slope end as slope,
        case when without_slope is null then variance end as variance,
        case when without_slope is null then nullif(deviation, 0) end as deviation,
        case when without_slope is null then degrees_of_freedom end as degrees_of_freedom,
        case
            when without_slope is not null then without_slope
            when variance is null then 'single_psu_stratum'
            when degrees_of_freedom < 1 then 'no_degrees_of_freedom'
        end as reason,
    from judged

)

select * from described

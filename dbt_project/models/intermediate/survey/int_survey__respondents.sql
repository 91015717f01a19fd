{#
    Respondents of the waves to rebuild, each as the latest delivery has them. Weights are raked to the margins of the seed
    survey_margins, if it has lines for the sample: value by value, margin by margin, they are multiplied to what the population has,
    and cut to the limit, until a whole round has changed nothing (Deming and Stephan 1940). Weights then become whole units, small enough that rounding
    is lost in floating point and large enough that sums of their squares have 38 digits at most: sums of integers do not depend on
    the order of the rows, so that the same landing gives the same digits.
#}
{%- set sample = survey_keys('sample') %}
{%- set of_sample = listed(sample) | trim | trim(',') %}
with recursive

-- The screens are a segment of the waves in which somebody fails one.
screened as (

    select
        {{ listed(survey_keys('person'), 'screens') }}
        case when screens.is_broken then 'failed' else 'passed' end as segment_value,
    from {{ ref('int_survey__screens') }} as screens
    semi join (
        select *
        from {{ ref('int_survey__screens') }}
        where is_broken
    ) as failed on {{ same('screens', 'failed', survey_keys('wave')) }}
    where screens.is_broken is not null

),

latest as (

    select
        {{ listed(sample, 'respondents') }}
        respondents.respondent_key,
        {{ listed(survey_keys('person'), 'respondents') }}
        respondents.weight,
        respondents.cluster,
        coalesce(respondents.stratum, '') as stratum,
        respondents.fpc,
        list_sort(list_concat(
            respondents.segments,
            case
                when screened.segment_value is null then []
                else [struct_pack(segment_name := 'quality_screen', segment_value := screened.segment_value)]
            end
        )) as segments,
    from {{ ref('stg_survey__respondents') }} as respondents
    semi join {{ rebuilt_units('survey') }} as rebuilt on {{ same('respondents', 'rebuilt', survey_keys('wave')) }}
    left join screened
        on {{ same('respondents', 'screened', survey_keys('person')) }}
    qualify
        rank() over (
            partition by respondents.campaign_id, respondents.survey_id, respondents.wave, respondents.respondent_key
            order by respondents.landed_on desc, respondents.delivery desc
        ) = 1

),

-- Lines of a wave of its own hold before those of every wave.
margins as (

    select
        {{ listed(sample, 'samples') }}
        margins.segment_name,
        margins.segment_value,
        concat(margins.segment_name, '=', margins.segment_value) as margin,
        margins.population / sum(margins.population) over (
            partition by {{ listed(sample, 'samples') }} margins.wave, margins.segment_name
        ) as share,
        margins.weight_limit,
    from (select distinct {{ of_sample }} from latest) as samples
    inner join {{ ref('survey_margins') }} as margins
        on
            {{ same('samples', 'margins', ['campaign_id', 'survey_id', 'sample']) }}
            and margins.wave in (samples.wave, '*')
    qualify
        rank() over (
            partition by {{ listed(sample, 'samples') | trim | trim(',') }}
            order by case when margins.wave = '*' then 1 else 0 end
        ) = 1

),

margin_names as (

    select
        {{ listed(sample) }}
        list_sort(list(distinct segment_name)) as segment_names,
        max(weight_limit) as weight_limit,
    from margins
    group by all

),

-- A respondent whose value is unknown, or none of the population's, is blank in that margin and left alone by it.
placed as (

    select
        {{ listed(sample, 'latest') }}
        latest.respondent_key,
        latest.weight,
        names.weight_limit,
        list_transform(
            names.segment_names,
            lambda name: coalesce(list_extract(list_filter(known.margins, lambda k: k.segment_name = name), 1).margin, '')
        ) as margin_cell,
        list_transform(
            names.segment_names, lambda name: list_extract(list_filter(known.margins, lambda k: k.segment_name = name), 1).share
        ) as shares,
    from latest
    inner join margin_names as names on {{ same('latest', 'names', sample) }}
    left join (
        select
            {{ listed(sample, 'listed') }}
            listed.respondent_key,
            list(struct_pack(
                segment_name := margins.segment_name, margin := margins.margin, share := margins.share
            )) as margins,
        from (
            select
                {{ listed(sample) }}
                respondent_key,
                unnest(segments) as segment,
            from latest
        ) as listed
        inner join margins
            on
                {{ same('listed', 'margins', sample) }}
                and listed.segment.segment_name = margins.segment_name
                and listed.segment.segment_value = margins.segment_value
        group by all
    ) as known on {{ same('latest', 'known', sample + ['respondent_key']) }}

),

alike as (

    select
        {{ listed(sample) }}
        margin_cell,
        shares,
        weight_limit,
        weight as delivered_weight,
        count(*) as respondents,
    from placed
    group by all

),

raked as (

    select
        {{ listed(sample) }}
        margin_cell,
        shares,
        weight_limit,
        delivered_weight,
        respondents,
        delivered_weight as weight,
        array_length(shares) + case when weight_limit is null then 0 else 1 end as turns,
        0 as step,
        0 as idle_steps,
    from alike
    union all
    select
        {{ listed(sample) }}
        margin_cell,
        shares,
        weight_limit,
        delivered_weight,
        respondents,
        weight * factor as weight,
        turns,
        step + 1 as step,
        case when max(abs(factor - 1)) over (partition by {{ of_sample }}) < 1e-12 then idle_steps + 1 else 0 end as idle_steps,
    from (
        select
            *,
            case
                when step % turns = array_length(shares)
                    then least(1, weight_limit * (sum(weight * respondents) over whole) / (sum(respondents) over whole) / weight)
                when share is null then 1.0
                else
                    share * (sum(case when share is not null then delivered_weight * respondents end) over whole)
                    / (sum(weight * respondents) over value)
            end as factor,
        from (
            select
                *,
                list_extract(margin_cell, step % turns + 1) as margin,
                list_extract(shares, step % turns + 1) as share,
            from raked
            where idle_steps < turns and step < 1000
        ) as turned
        window
            whole as (
                partition by {{ of_sample }}
                order by margin_cell, delivered_weight rows between unbounded preceding and unbounded following
            ),
            value as (
                partition by {{ listed(sample) }} margin
                order by margin_cell, delivered_weight rows between unbounded preceding and unbounded following
            )
    ) as multiplied

),

-- Nothing is raked where a value of the population has no respondent, or the weights do not settle.
impossible as (

    select
        {{ listed(sample, 'margins') }}
        count(*) as margins,
    from margins
    anti join alike
        on
            {{ same('margins', 'alike', sample) }}
            and list_contains(alike.margin_cell, margins.margin)
    where margins.share > 0
    group by all

),

settled as (

    select
        raked.*,
        raked.idle_steps = raked.turns and impossible.margins is null as is_settled,
    from raked
    left join impossible on {{ same('raked', 'impossible', sample) }}
    qualify raked.step = max(raked.step) over (partition by {{ listed(sample, 'raked') | trim | trim(',') }})

),

respondents as (

    select
        {{ listed(sample, 'latest') }}
        latest.respondent_key,
        {{ listed(survey_keys('person'), 'latest') }}
        latest.cluster,
        latest.stratum,
        latest.fpc,
        latest.segments,
        latest.weight as delivered_weight,
        latest.weight * case when settled.is_settled then round(settled.weight / latest.weight, 12) else 1 end as weight,
        case when settled.is_settled then settled.margin_cell end as margin_cell,
        coalesce(not settled.is_settled, false) as is_unraked,
    from latest
    left join placed on {{ same('latest', 'placed', sample + ['respondent_key']) }}
    left join settled
        on {{ same('placed', 'settled', sample + ['margin_cell']) }} and placed.weight = settled.delivered_weight

),

scales as (

    select
        {{ listed(sample) }}
        pow(2, ceil(log2(max(weight))) - least(52, 57 - ceil(log2(count(*))))) as weight_unit,
        case
            when count(margin_cell) > 0 then 100 * (
                1 - pow({{ sorted_sum('weight') }}, 2) / {{ sorted_sum('weight * weight') }}
                / (pow({{ sorted_sum('delivered_weight') }}, 2) / {{ sorted_sum('delivered_weight * delivered_weight') }})
            )
        end as raking_loss_pct,
    from respondents
    group by all

),

-- Respondents of a delivery who differ in nothing but their weight and their answers are tallied together.
profiles as (

    select
        {{ listed(sample) }}
        landed_on,
        delivery,
        stratum,
        cluster,
        segments,
        margin_cell,
        row_number() over (
            order by
                {{ listed(sample) }}
                landed_on, delivery, stratum, cluster nulls first, segments nulls first, margin_cell nulls first
        ) as profile_id,
    from respondents
    group by {{ listed(sample) }} landed_on, delivery, stratum, cluster, segments, margin_cell

),

coded as (

    select
        respondents.*,
        profiles.profile_id,
        scales.weight_unit,
        scales.raking_loss_pct,
        cast(round(respondents.weight / scales.weight_unit) as bigint) as weight_units,
        {{ exact_product(
            'cast(round(respondents.weight / scales.weight_unit) as bigint)',
            'cast(round(respondents.weight / scales.weight_unit) as bigint)'
        ) }} as weight_square_units,
    from respondents
    inner join scales on {{ same('respondents', 'scales', sample) }}
    inner join profiles
        on
            {{ same('respondents', 'profiles', sample + ['landed_on', 'delivery', 'stratum']) }}
            and respondents.cluster is not distinct from profiles.cluster
            and respondents.segments is not distinct from profiles.segments
            and respondents.margin_cell is not distinct from profiles.margin_cell

)

select * from coded

{#
    What the margins that a sample is raked to explain of anything, value by value: a generalised inverse of how many respondents each
    two values of margins have in common, found by sweeping one value after the other (Goodnight 1979). The macro
    `explained_by_margins` reads it.
#}
{{ config(materialized='table', database='memory') }}
{%- set sample = survey_keys('sample') %}
with recursive

placed as (

    select
        {{ listed(sample) }}
        margin_cell,
        respondents,
        margin,
        list_extract(margin_cell, margin) as margin_value,
        dense_rank() over (
            partition by {{ joined(sample) }}
            order by margin, list_extract(margin_cell, margin)
        ) as place,
    from (
        select
            *,
            unnest(range(1, array_length(margin_cell) + 1)) as margin,
        from (
            select
                {{ listed(sample, 'profiles') }}
                profiles.margin_cell,
                count(*) as respondents,
            from {{ ref('int_survey__respondents') }} as respondents
            inner join {{ ref('int_survey__profiles') }} as profiles on respondents.profile_id = profiles.profile_id
            where respondents.is_raked
            group by all
        ) as sizes
    ) as numbered

),

counted as (

    select
        {{ listed(sample) }}
        margin,
        margin_value,
        place,
        cast(sum(respondents) as double) as respondents,
    from placed
    group by all

),

swept as (

    select
        {{ listed(sample, 'counted') }}
        counted.place,
        others.place as other_place,
        counted.respondents,
        cast(coalesce(shared.respondents, 0) as double) as inverse,
        0 as step,
    from counted
    inner join counted as others on {{ same('counted', 'others', sample) }}
    left join (
        select
            {{ listed(sample, 'placed') }}
            placed.place,
            others.place as other_place,
            sum(placed.respondents) as respondents,
        from placed
        inner join placed as others on {{ same('placed', 'others', sample + ['margin_cell']) }}
        group by all
    ) as shared
        on {{ same('counted', 'shared', sample + ['place']) }} and others.place = shared.other_place
    union all
    select
        {{ listed(sample) }}
        place,
        other_place,
        respondents,
        case
            -- Values that were swept before tell this one already, but for rounding.
            when rest <= 1e-9 * whole then case when place = step + 1 or other_place = step + 1 then 0 else inverse end
            when place = step + 1 and other_place = step + 1 then 1 / rest
            when place = step + 1 then inverse / rest
            when other_place = step + 1 then -inverse / rest
            else inverse - of_row * of_column / rest
        end as inverse,
        step + 1 as step,
    from (
        select
            *,
            max(case when place = step + 1 and other_place = step + 1 then inverse end) over of_sample as rest,
            max(case when place = step + 1 then respondents end) over of_sample as whole,
            max(case when other_place = step + 1 then inverse end) over (
                partition by
                    {{ listed(sample) }}
                    place
            ) as of_row,
            max(case when place = step + 1 then inverse end) over (
                partition by
                    {{ listed(sample) }}
                    other_place
            ) as of_column,
            max(place) over of_sample as places,
        from swept
        window of_sample as (partition by {{ joined(sample) }})
    ) as turned
    where step < places

)

select
    {{ listed(sample, 'swept') }}
    counted.margin,
    counted.margin_value,
    sources.margin as source_margin,
    sources.margin_value as source_value,
    swept.inverse,
from swept
inner join counted on {{ same('swept', 'counted', sample + ['place']) }}
inner join counted as sources on {{ same('swept', 'sources', sample) }} and swept.other_place = sources.place
where swept.inverse <> 0
qualify swept.step = max(swept.step) over (partition by {{ joined(sample, 'swept') }})

{#
    What margins that are raked to explain of anything: of a value that respondents in `source_cell` have, `share` is what those in
    `margin_cell` are told to have by the averages over the values of every margin, additively and found by turns.
#}
{{ config(materialized='table', database='memory') }}
{%- set sample = survey_keys('sample') %}
with recursive

sizes as (

    select
        {{ listed(sample, 'profiles') }}
        profiles.margin_cell,
        cast(count(*) as double) as respondents,
    from {{ ref('int_survey__respondents') }} as respondents
    inner join {{ ref('int_survey__profiles') }} as profiles on respondents.profile_id = profiles.profile_id
    where respondents.is_raked
    group by all

),

-- What is left of a value that is 1 in one combination of margins and 0 in the others.
turns as (

    select
        {{ listed(sample, 'sizes') }}
        sizes.margin_cell,
        sizes.respondents,
        sources.margin_cell as source_cell,
        sources.respondents as source_respondents,
        cast(case when sizes.margin_cell = sources.margin_cell then 1 else 0 end as double) as rest,
        0 as step,
        0 as idle_steps,
    from sizes
    inner join sizes as sources on {{ same('sizes', 'sources', sample) }}
    union all
    select
        {{ listed(sample) }}
        margin_cell,
        respondents,
        source_cell,
        source_respondents,
        rest - mean as rest,
        step + 1 as step,
        case
            when max(abs(mean)) over (partition by {{ listed(sample) | trim | trim(',') }}) < 1e-13 then idle_steps + 1 else 0
        end as idle_steps,
    from (
        select
            *,
            (sum(rest * respondents) over value) / (sum(respondents) over value) as mean,
        from (
            select
                *,
                list_extract(margin_cell, step % array_length(margin_cell) + 1) as margin,
            from turns
            where idle_steps < array_length(margin_cell) and step < 1000
        ) as turned
        window value as (
            partition by
                {{ listed(sample) }}
                source_cell, margin
            order by margin_cell rows between unbounded preceding and unbounded following
        )
    ) as subtracted

),

projections as (

    select
        {{ listed(sample) }}
        margin_cell,
        source_cell,
        source_respondents,
        case when margin_cell = source_cell then 1 - rest else -rest end as share,
    from turns
    qualify step = max(step) over (partition by {{ listed(sample) | trim | trim(',') }})

)

select * from projections

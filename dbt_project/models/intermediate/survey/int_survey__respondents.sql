{#
    Respondents of the waves to rebuild, with their weights. They are raked to the margins of the seed
    survey_margins, if it has lines for the sample: value by value, margin by margin, they are multiplied to what the population has,
    and cut to the limit, until a whole round has changed nothing (Deming and Stephan 1940). Weights then become whole units, small enough that rounding
    is lost in floating point and large enough that sums of their squares have 38 digits at most: sums of integers do not depend on
    the order of the rows, so that the same landing gives the same digits.
#}
{{ config(materialized='table', database='memory') }}
{%- set sample = survey_keys('sample') %}
{%- set of_sample = joined(sample) %}
{%- set limited_weight = 'case when profiles.weight_limit is not null then members.weight end' %}
{%- set profile = ['landed_on', 'delivery', 'profile', 'quality_screen'] %}
with recursive

-- Those who are multiplied alike: without a limit, all with the same values in the margins.
alike as (

    select
        {{ listed(sample, 'profiles') }}
        profiles.margin_cell,
        profiles.shares,
        profiles.weight_limit,
        profiles.has_every_margin,
        {{ limited_weight }} as limited_weight,
        count(*) as respondents,
        {{ sorted_sum('members.weight') }} as delivered,
    from {{ ref('int_survey__members') }} as members
    inner join {{ ref('int_survey__profiles') }} as profiles
        on {{ same('members', 'profiles', profile) }} and profiles.margin_cell is not null
    group by all

),

raked as (

    select
        {{ listed(sample) }}
        margin_cell,
        shares,
        weight_limit,
        has_every_margin,
        limited_weight,
        respondents,
        delivered,
        cast(1 as double) as ratio,
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
        has_every_margin,
        limited_weight,
        respondents,
        delivered,
        ratio * factor as ratio,
        turns,
        step + 1 as step,
        case when max(abs(factor - 1)) over (partition by {{ of_sample }}) < 1e-12 then idle_steps + 1 else 0 end as idle_steps,
    from (
        select
            *,
            case
                when step % turns = array_length(shares)
                    then
                        least(
                            1,
                            weight_limit * (sum(delivered * ratio) over whole) / (sum(respondents) over whole)
                            / (limited_weight * ratio)
                        )
                else
                    coalesce(
                        share * (sum(case when share is not null then delivered end) over whole),
                        sum(delivered) over value
                    ) / (sum(delivered * ratio) over value)
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
                order by margin_cell, limited_weight rows between unbounded preceding and unbounded following
            ),
            value as (
                partition by {{ listed(sample) }} margin
                order by margin_cell, limited_weight rows between unbounded preceding and unbounded following
            )
    ) as multiplied

),

settled as (

    select
        *,
        idle_steps = turns and has_every_margin as is_settled,
    from raked
    qualify step = max(step) over (partition by {{ of_sample }})

),

weighted as (

    select
        {{ listed(survey_keys('person'), 'members') }}
        members.fpc,
        profiles.profile_id,
        members.weight as delivered_weight,
        members.weight * case when settled.is_settled then round(settled.ratio, 12) else 1 end as weight,
        coalesce(settled.is_settled, false) as is_raked,
        coalesce(not settled.is_settled, false) as is_unraked,
    from {{ ref('int_survey__members') }} as members
    inner join {{ ref('int_survey__profiles') }} as profiles on {{ same('members', 'profiles', profile) }}
    left join settled
        on
            {{ same('profiles', 'settled', sample + ['margin_cell']) }}
            and {{ limited_weight }} is not distinct from settled.limited_weight

),

scales as (

    select
        {{ listed(sample, 'profiles') }}
        pow(2, ceil(log2(max(largest.weight))) - least(52, 57 - ceil(log2(sum(largest.respondents))))) as weight_unit,
    from (
        select
            profile_id,
            max(weight) as weight,
            count(*) as respondents,
        from weighted
        group by all
    ) as largest
    inner join {{ ref('int_survey__profiles') }} as profiles on largest.profile_id = profiles.profile_id
    group by all

),

losses as (

    select
        {{ listed(sample, 'profiles') }}
        100 * (
            1 - pow({{ sorted_sum('weighted.weight') }}, 2) / {{ sorted_sum('weighted.weight * weighted.weight') }}
            / (
                pow({{ sorted_sum('weighted.delivered_weight') }}, 2)
                / {{ sorted_sum('weighted.delivered_weight * weighted.delivered_weight') }}
            )
        ) as raking_loss_pct,
    from weighted
    inner join {{ ref('int_survey__profiles') }} as profiles on weighted.profile_id = profiles.profile_id
    where weighted.is_raked
    group by all

),

units as (

    select
        profiles.profile_id,
        scales.weight_unit,
        losses.raking_loss_pct,
    from {{ ref('int_survey__profiles') }} as profiles
    inner join scales on {{ same('profiles', 'scales', sample) }}
    left join losses on {{ same('profiles', 'losses', sample) }}

),

coded as (

    select
        weighted.*,
        units.weight_unit,
        units.raking_loss_pct,
        cast(round(weighted.weight / units.weight_unit) as bigint) as weight_units,
    from weighted
    inner join units on weighted.profile_id = units.profile_id

)

select * from coded

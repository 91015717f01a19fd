{#
    How well the items of a scale go together: Cronbach's alpha, k / (k - 1) (1 - sum of the variances of the items / variance of
    their sum), weighted, over those who answered every item.
#}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
{%- set scale = survey_keys('sample') + ['scale_id', 'scoring'] %}
{%- set moments -%}
    cast(sum({{ exact_product('weight_units', 'points * points') }}) as double) / sum(weight_units)
    - pow(cast(sum({{ exact_product('weight_units', 'points') }}) as double) / sum(weight_units), 2)
{%- endset %}
with

complete as (

    select
        {{ listed(survey_keys('sample'), 'profiles') }}
        {{ listed(survey_keys('person'), 'points') }}
        respondents.weight_units,
        points.scale_id,
        points.scoring,
        points.item_code,
        points.points,
        points.items,
    from {{ ref('int_survey__item_points') }} as points
    inner join {{ ref('int_survey__respondents') }} as respondents
        on {{ same('points', 'respondents', survey_keys('person')) }}
    inner join {{ ref('int_survey__profiles') }} as profiles on respondents.profile_id = profiles.profile_id
    qualify
        count(points.points) over (
            partition by
                {{ listed(survey_keys('person'), 'points') }}
                profiles.sample, points.scale_id, points.scoring
        ) = points.items

),

varied_items as (

    select
        {{ listed(scale) }}
        {{ sorted_sum('variance') }} as variance,
    from (
        select
            {{ listed(scale) }}
            item_code,
            {{ moments }} as variance,
        from complete
        group by {{ listed(scale) }} item_code
    ) as items
    group by all

),

totals as (

    select
        {{ listed(scale) }}
        items,
        weight_units,
        cast(sum(points) as bigint) as points,
    from complete
    group by
        {{ listed(scale) }}
        {{ listed(survey_keys('person')) }}
        items, weight_units

),

varied_totals as (

    select
        {{ listed(scale) }}
        items,
        count(*) as respondents,
        {{ moments }} as variance,
    from totals
    group by all

),

alphas as (

    select
        {{ listed(scale, 'totals') }}
        totals.respondents,
        cast(totals.items as double) / nullif(totals.items - 1, 0) * (1 - items.variance / nullif(totals.variance, 0)) as alpha,
    from varied_totals as totals
    inner join varied_items as items on {{ same('totals', 'items', scale) }}

)

select * from alphas

{# How many of a sample's respondents each quality rule could judge, and how many broke it; `any` is all rules together. #}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

screens as (

    select
        {{ listed(survey_keys('sample'), 'respondents') }}
        screens.is_speeder,
        screens.is_straight_liner,
        screens.is_duplicate,
        screens.is_broken,
    from {{ ref('int_survey__screens') }} as screens
    inner join {{ ref('int_survey__respondents') }} as respondents
        on {{ same('screens', 'respondents', survey_keys('person')) }}

),

counted as (

    {% for rule, is_broken in [
        ('speeder', 'is_speeder'), ('straight_liner', 'is_straight_liner'), ('duplicate', 'is_duplicate'), ('any', 'is_broken'),
    ] -%}
        select
            {{ listed(survey_keys('sample')) }}
            '{{ rule }}' as rule,
            count({{ is_broken }}) as judged,
            count(*) filter (where {{ is_broken }}) as removed,
        from screens
        group by all
        having count({{ is_broken }}) > 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from counted

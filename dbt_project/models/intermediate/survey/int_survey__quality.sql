{# How many of a sample's respondents each quality rule could judge, and how many broke it; `any` is all rules together. #}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

screens as (

    select
        {{ listed(survey_keys('sample'), 'profiles') }}
        {% for screen in ['is_speeder', 'is_straight_liner', 'is_duplicate', 'is_broken'] -%}
            count(screens.{{ screen }}) as {{ screen }}_known,
            count(case when screens.{{ screen }} then 1 end) as {{ screen }},
        {% endfor %}
    from {{ ref('int_survey__screens') }} as screens
    inner join {{ ref('int_survey__respondents') }} as respondents
        on {{ same('screens', 'respondents', survey_keys('person')) }}
    inner join {{ ref('int_survey__profiles') }} as profiles on respondents.profile_id = profiles.profile_id
    group by all

),

counted as (

    {% for rule, screen in [
        ('speeder', 'is_speeder'), ('straight_liner', 'is_straight_liner'), ('duplicate', 'is_duplicate'), ('any', 'is_broken'),
    ] -%}
        select
            {{ listed(survey_keys('sample')) }}
            '{{ rule }}' as rule,
            {{ screen }}_known as judged,
            {{ screen }} as removed,
        from screens
        where {{ screen }}_known > 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from counted

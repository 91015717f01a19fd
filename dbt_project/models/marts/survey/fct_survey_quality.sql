with

sizes as (

    select distinct
        {{ listed(survey_keys('sample')) }}
        country,
        event_on,
    from {{ ref('int_survey__estimates') }}

),

quality as (

    select
        {{ listed(survey_keys('sample'), 'quality') }}
        sizes.country,
        quality.rule,
        rules.definition,
        sizes.event_on,
        quality.judged,
        quality.removed,
        100 * {{ ratio('quality.removed', 'quality.judged') }} as removed_pct,
    from {{ ref('int_survey__quality') }} as quality
    inner join sizes on {{ same('quality', 'sizes', survey_keys('sample')) }}
    left join {{ ref('quality_rules') }} as rules on quality.rule = rules.rule

)

select * from quality

{#
    Respondents of the waves to rebuild, each as the latest delivery has them. Weights become whole units, small enough that rounding
    is lost in floating point and large enough that sums of their squares have 38 digits at most: sums of integers do not depend on
    the order of the rows, so that the same landing gives the same digits.
#}
{%- set sample = survey_keys('sample') %}
with

-- The screens are a segment of the waves in which somebody fails one.
judged as (

    select
        {{ listed(survey_keys('wave')) }}
        landed_on,
        delivery,
        respondent_key,
        case when bool_or(is_broken) then 'failed' else 'passed' end as segment_value,
    from {{ ref('int_survey__screens') }}
    group by all

),

screened as (

    select *
    from judged
    qualify bool_or(segment_value = 'failed') over (partition by {{ listed(survey_keys('wave')) | trim | trim(',') }})

),

latest as (

    select
        {{ listed(sample, 'respondents') }}
        respondents.respondent_key,
        respondents.landed_on,
        respondents.delivery,
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
        on {{ same('respondents', 'screened', survey_keys('wave') + ['landed_on', 'delivery', 'respondent_key']) }}
    qualify
        rank() over (
            partition by respondents.campaign_id, respondents.survey_id, respondents.wave, respondents.respondent_key
            order by respondents.landed_on desc, respondents.delivery desc
        ) = 1

),

scales as (

    select
        {{ listed(sample) }}
        pow(2, ceil(log2(max(weight))) - least(52, 57 - ceil(log2(count(*))))) as weight_unit,
    from latest
    group by all

),

-- Respondents who differ in nothing but their weight and their answers are tallied together.
profiles as (

    select
        {{ listed(sample) }}
        stratum,
        cluster,
        segments,
        row_number() over (
            order by {{ listed(sample) }} stratum, cluster nulls first, segments nulls first
        ) as profile_id,
    from latest
    group by {{ listed(sample) }} stratum, cluster, segments

),

coded as (

    select
        latest.*,
        profiles.profile_id,
        scales.weight_unit,
        cast(round(latest.weight / scales.weight_unit) as bigint) as weight_units,
    from latest
    inner join scales on {{ same('latest', 'scales', sample) }}
    inner join profiles
        on
            {{ same('latest', 'profiles', sample + ['stratum']) }}
            and latest.cluster is not distinct from profiles.cluster
            and latest.segments is not distinct from profiles.segments

)

select * from coded

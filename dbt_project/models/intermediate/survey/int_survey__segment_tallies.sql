with

respondents as (

    select * from {{ ref('int_survey__respondents') }}

),

tallies as (

    select * from {{ ref('int_survey__tallies') }}

),

choices as (

    select * from {{ ref('int_survey__choices') }}

),

profiles as (

    select
        profile_id,
        campaign_id,
        survey_id,
        wave,
        sample,
        stratum,
        cluster,
        segments,
    from respondents
    group by profile_id, campaign_id, survey_id, wave, sample, stratum, cluster, segments

),

unnested as (

    select
        profile_id,
        unnest(segments) as segment,
    from profiles

),

segmented as (

    select
        profile_id,
        'all' as segment_name,
        'all' as segment_value,
    from profiles
    union
    select
        profile_id,
        segment.segment_name,
        segment.segment_value,
    from unnested

),

answered as (

    select
        profiles.campaign_id,
        profiles.survey_id,
        profiles.wave,
        profiles.sample,
        tallies.question_code,
        segmented.segment_name,
        segmented.segment_value,
        profiles.stratum,
        profiles.cluster,
        tallies.answer_code,
        cast(sum(tallies.respondents) as bigint) as respondents,
        sum(tallies.weight_units) as weight_units,
        sum(tallies.weight_square_units) as weight_square_units,
    from tallies
    inner join profiles on tallies.profile_id = profiles.profile_id
    inner join segmented on tallies.profile_id = segmented.profile_id
    group by
        profiles.campaign_id,
        profiles.survey_id,
        profiles.wave,
        profiles.sample,
        tallies.question_code,
        segmented.segment_name,
        segmented.segment_value,
        profiles.stratum,
        profiles.cluster,
        tallies.answer_code

),

topped as (

    select
        answered.campaign_id,
        answered.survey_id,
        answered.wave,
        answered.sample,
        answered.question_code,
        answered.segment_name,
        answered.segment_value,
        answered.stratum,
        answered.cluster,
        'top' as answer_code,
        cast(sum(answered.respondents) as bigint) as respondents,
        sum(answered.weight_units) as weight_units,
        sum(answered.weight_square_units) as weight_square_units,
    from answered
    inner join choices
        on
            answered.campaign_id = choices.campaign_id
            and answered.survey_id = choices.survey_id
            and answered.wave = choices.wave
            and answered.question_code = choices.question_code
            and answered.answer_code = choices.answer_code
    where choices.is_top
    group by
        answered.campaign_id,
        answered.survey_id,
        answered.wave,
        answered.sample,
        answered.question_code,
        answered.segment_name,
        answered.segment_value,
        answered.stratum,
        answered.cluster

),

combined as (

    select * from answered
    union all by name
    select * from topped

),

based as (

    select
        *,
        sum(case when answer_code <> 'top' then weight_units end) over (
            partition by
                campaign_id, survey_id, wave, sample, question_code, segment_name, segment_value, stratum, cluster
        ) as psu_base_units,
        sum(case when answer_code <> 'top' then weight_units end) over (
            partition by campaign_id, survey_id, wave, sample, question_code, segment_name, segment_value, stratum
        ) as stratum_base_units,
    from combined

)

select * from based

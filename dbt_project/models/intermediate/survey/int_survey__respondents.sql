-- Respondents of the touched waves, each from the latest delivery that holds it. Weights become whole units of a power of two,
-- since sums of integers do not depend on the order of the rows: the same landing gives the same digits, however it is built.
with

deliveries as (

    select * from {{ ref('int_survey__touched_deliveries') }}

),

respondents as (

    select * from {{ ref('stg_survey__respondents') }}

),

delivered as (

    select
        respondents.campaign_id,
        respondents.survey_id,
        respondents.wave,
        respondents.sample,
        respondents.respondent_key,
        respondents.landed_on,
        respondents.delivery,
        respondents.weight,
        respondents.cluster,
        coalesce(respondents.stratum, '') as stratum,
        respondents.fpc,
        list_sort(respondents.segments) as segments,
    from respondents
    inner join deliveries
        on
            respondents.landed_on = deliveries.landed_on
            and respondents.delivery = deliveries.delivery

),

latest as (

    select
        campaign_id,
        survey_id,
        wave,
        respondent_key,
        max(struct_pack(landed_on := landed_on, delivery := delivery)) as kept,
    from delivered
    group by campaign_id, survey_id, wave, respondent_key

),

deduplicated as (

    select delivered.*
    from delivered
    inner join latest
        on
            delivered.campaign_id = latest.campaign_id
            and delivered.survey_id = latest.survey_id
            and delivered.wave = latest.wave
            and delivered.respondent_key = latest.respondent_key
            and delivered.landed_on = latest.kept.landed_on
            and delivered.delivery = latest.kept.delivery

),

scales as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        pow(2, ceil(log2(max(weight)))) as weight_scale,
    from deduplicated
    group by campaign_id, survey_id, wave, sample

),

profiles as (

    select
        campaign_id,
        survey_id,
        wave,
        sample,
        stratum,
        cluster,
        segments,
        row_number() over () as profile_id,
    from deduplicated
    group by campaign_id, survey_id, wave, sample, stratum, cluster, segments

),

coded as (

    select
        deduplicated.campaign_id,
        deduplicated.survey_id,
        deduplicated.wave,
        deduplicated.sample,
        deduplicated.respondent_key,
        deduplicated.landed_on,
        deduplicated.delivery,
        profiles.profile_id,
        deduplicated.stratum,
        deduplicated.cluster,
        deduplicated.fpc,
        deduplicated.segments,
        deduplicated.weight,
        scales.weight_scale,
        {{ weight_units('deduplicated.weight / scales.weight_scale') }} as weight_units,
        {{ weight_units('pow(deduplicated.weight / scales.weight_scale, 2)') }} as weight_square_units,
    from deduplicated
    inner join scales
        on
            deduplicated.campaign_id = scales.campaign_id
            and deduplicated.survey_id = scales.survey_id
            and deduplicated.wave = scales.wave
            and deduplicated.sample = scales.sample
    inner join profiles
        on
            deduplicated.campaign_id = profiles.campaign_id
            and deduplicated.survey_id = profiles.survey_id
            and deduplicated.wave = profiles.wave
            and deduplicated.sample = profiles.sample
            and deduplicated.stratum = profiles.stratum
            and deduplicated.cluster is not distinct from profiles.cluster
            and deduplicated.segments is not distinct from profiles.segments

)

select * from coded

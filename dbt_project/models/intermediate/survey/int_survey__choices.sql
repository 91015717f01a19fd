{#
    What can be chosen: the answers a question offers, those that were given without being offered, and the group of top answers.
    An answer that nobody in a cell gave is still a row there, with 0 %.
#}
with

questions as (

    select * from {{ ref('int_survey__questions') }}

),

touched as (

    select distinct
        campaign_id,
        survey_id,
        wave,
    from {{ ref('int_survey__touched') }}

),

respondents as (

    select * from {{ ref('int_survey__respondents') }}

),

tallies as (

    select * from {{ ref('int_survey__tallies') }}

),

latest as (

    select
        questions.campaign_id,
        questions.survey_id,
        questions.wave,
        questions.question_code,
        questions.question_key,
        questions.answers,
    from questions
    inner join touched
        on
            questions.campaign_id = touched.campaign_id
            and questions.survey_id = touched.survey_id
            and questions.wave = touched.wave
    qualify
        row_number() over (
            partition by questions.campaign_id, questions.survey_id, questions.wave, questions.question_code
            order by questions.landed_on desc, questions.delivery desc
        ) = 1

),

unnested as (

    select
        campaign_id,
        survey_id,
        wave,
        question_code,
        unnest(answers) as answer,
    from latest

),

offered as (

    select
        campaign_id,
        survey_id,
        wave,
        question_code,
        answer.answer_code,
        answer.answer_label,
        coalesce(answer.is_top, false) as is_top,
    from unnested

),

profiles as (

    select
        profile_id,
        any_value(campaign_id) as campaign_id,
        any_value(survey_id) as survey_id,
        any_value(wave) as wave,
    from respondents
    group by profile_id

),

given as (

    select distinct
        profiles.campaign_id,
        profiles.survey_id,
        profiles.wave,
        tallies.question_code,
        tallies.answer_code,
        cast(null as varchar) as answer_label,
        false as is_top,
    from tallies
    inner join profiles on tallies.profile_id = profiles.profile_id
    where tallies.answer_code is not null

),

unoffered as (

    select given.*
    from given
    anti join offered
        on
            given.campaign_id = offered.campaign_id
            and given.survey_id = offered.survey_id
            and given.wave = offered.wave
            and given.question_code = offered.question_code
            and given.answer_code = offered.answer_code

),

topped as (

    select
        campaign_id,
        survey_id,
        wave,
        question_code,
        'top' as answer_code,
        'top' as answer_label,
        false as is_top,
    from offered
    where is_top
    group by campaign_id, survey_id, wave, question_code

),

combined as (

    select * from offered
    union all by name
    select * from unoffered
    union all by name
    select * from topped

),

keyed as (

    select
        combined.campaign_id,
        combined.survey_id,
        combined.wave,
        combined.question_code,
        coalesce(latest.question_key, combined.question_code) as question_key,
        combined.answer_code,
        combined.answer_label,
        combined.is_top,
    from combined
    left join latest
        on
            combined.campaign_id = latest.campaign_id
            and combined.survey_id = latest.survey_id
            and combined.wave = latest.wave
            and combined.question_code = latest.question_code

)

select * from keyed

with

source as (

    select * from {{ ref('campaign_hashtags') }}

),

normalised as (

    select
        campaign_id,
        lower(nfc_normalize(ltrim(trim(hashtag), '#'))) as hashtag,
        coalesce(display_hashtag, ltrim(trim(hashtag), '#')) as display_hashtag,
        role = 'campaign' as is_campaign_hashtag,
    from source

)

select * from normalised

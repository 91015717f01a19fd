{# Hashtags that share of voice is measured against; a version is in force until the next one starts. #}
with

versions as (

    select
        campaign_id,
        version,
        min(starts_on) as starts_on,
    from {{ ref('comparison_sets') }}
    group by campaign_id, version

),

dated as (

    select
        *,
        coalesce(lead(starts_on) over (partition by campaign_id order by starts_on, version), date '9999-12-31') as ends_before,
    from versions

)

select
    dated.campaign_id,
    dated.version,
    dated.starts_on,
    dated.ends_before,
    sets.hashtag,
from dated
inner join {{ ref('comparison_sets') }} as sets on dated.campaign_id = sets.campaign_id and dated.version = sets.version
semi join {{ ref('stg_campaign__hashtags') }} as seeded
    on sets.campaign_id = seeded.campaign_id and sets.hashtag = seeded.hashtag

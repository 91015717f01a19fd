{# The seeds that rows depend on are part of what identifies them, so that an edited seed rebuilds its campaign. #}
with

tagged as (

    select
        campaign_id,
        array_to_string(
            list_sort(list(concat(hashtag, ' ', is_campaign_hashtag, array_to_string(aliases, ' ')))), ','
        ) as hashtags,
    from {{ ref('stg_campaign__hashtags') }}
    group by campaign_id

),

compared as (

    select
        campaign_id,
        array_to_string(list_sort(list(concat(version, ' ', starts_on, ' ', hashtag))), ',') as hashtags,
    from {{ ref('stg_campaign__comparison_sets') }}
    group by campaign_id

),

weeks as (

    select array_to_string(list_sort(list(concat(market, ' ', week_starts_on))), ',') as markets
    from {{ ref('markets') }}

),

seeded as (

    select
        campaigns.campaign_id,
        campaigns.reporting_timezone,
        md5(
            concat_ws(
                '|', campaigns.reporting_timezone, campaigns.starts_on, campaigns.ends_on, tagged.hashtags, compared.hashtags,
                weeks.markets
            )
        ) as seeds_hash,
    from {{ ref('stg_campaign__campaigns') }} as campaigns
    cross join weeks
    left join tagged on campaigns.campaign_id = tagged.campaign_id
    left join compared on campaigns.campaign_id = compared.campaign_id

),

loaded as (

    select
        ledger.source,
        cast(ledger.landed_on as date) as landed_on,
        ledger.delivery,
        ledger.campaign_id,
        ledger.supplier,
        concat_ws('|', ledger.rows_hash, seeded.seeds_hash) as state_hash,
        {{ event_on('ledger.first_event_at', "coalesce(seeded.reporting_timezone, 'UTC')") }} as first_on,
        {{ event_on('ledger.last_event_at', "coalesce(seeded.reporting_timezone, 'UTC')") }} as last_on,
    from {{ source('lake', 'deliveries') }} as ledger
    left join seeded on ledger.campaign_id = seeded.campaign_id
    where ledger.status = 'loaded'

)

select * from loaded

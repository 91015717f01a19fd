{# Where all that a source tells of a campaign lies outside its dates. Surveys are of no date. #}
with

told as (

    select distinct
        campaign_id,
        'hashtag' as source,
        event_on,
    from {{ ref('int_hashtag__capture_days') }}
    union all
    select distinct
        campaign_id,
        'activation' as source,
        event_on,
    from {{ ref('int_activation__events') }}
    union all
    select distinct
        campaign_id,
        'live' as source,
        event_on,
    from {{ ref('int_live__sessions') }}
    where event_on is not null

)

select
    told.campaign_id,
    told.source,
from told
inner join {{ ref('stg_campaign__campaigns') }} as campaigns on told.campaign_id = campaigns.campaign_id
group by told.campaign_id, told.source
having not bool_or({{ touches_campaign('told.event_on', 'told.event_on') }})

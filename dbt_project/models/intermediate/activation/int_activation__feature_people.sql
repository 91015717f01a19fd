{#
    Whoever completed the tutorial of a feature, and what they did with it then: switched it on for the first time within 7 days, had it on
    28 days later. Who had it on before, or had it switched on automatically, is no candidate.
#}
with

viewers as (

    select
        campaign_id,
        person_key,
        feature,
        event_on as viewed_on,
        happened_at as viewed_at,
        market,
        is_in_campaign,
    from {{ ref('int_activation__acts') }}
    where activation = 'tutorial.completed' and person_key is not null and feature is not null
    qualify row_number() over (partition by campaign_id, person_key, feature order by happened_at, event_key) = 1

),

switches as (

    select
        campaign_id,
        person_key,
        feature,
        activation,
        event_on,
        happened_at,
        event_key,
        is_automatic,
    from {{ ref('int_activation__acts') }}
    where activation in ('feature.enabled', 'feature.disabled')

),

adopted as (

    select
        viewers.campaign_id,
        viewers.person_key,
        viewers.feature,
        viewers.viewed_on,
        viewers.market,
        coalesce(bool_or(switches.activation = 'feature.enabled' and switches.happened_at < viewers.viewed_at), false) as was_on,
        coalesce(
            bool_or(switches.is_automatic and switches.happened_at <= viewers.viewed_at + interval 7 day), false
        ) as is_automatic,
        min(
            case
                when
                    switches.activation = 'feature.enabled'
                    and switches.happened_at >= viewers.viewed_at
                    and switches.happened_at <= viewers.viewed_at + interval 7 day
                    then switches.happened_at
            end
        ) as adopted_at,
    from viewers
    left join switches
        on
            viewers.campaign_id = switches.campaign_id
            and viewers.person_key = switches.person_key
            and viewers.feature = switches.feature
    where viewers.is_in_campaign
    group by viewers.campaign_id, viewers.person_key, viewers.feature, viewers.viewed_on, viewers.market

),

kept as (

    select
        adopted.campaign_id,
        adopted.person_key,
        adopted.feature,
        min(switches.event_on) as adopted_on,
        max_by(switches.activation, struct_pack(at := switches.happened_at, key := switches.event_key))
        = 'feature.enabled' as is_kept,
    from adopted
    inner join switches
        on
            adopted.campaign_id = switches.campaign_id
            and adopted.person_key = switches.person_key
            and adopted.feature = switches.feature
            and switches.happened_at >= adopted.adopted_at
            and switches.happened_at <= adopted.adopted_at + interval 28 day
    where not adopted.was_on and not adopted.is_automatic
    group by adopted.campaign_id, adopted.person_key, adopted.feature

)

select
    adopted.campaign_id,
    adopted.person_key,
    adopted.feature,
    adopted.viewed_on,
    adopted.market,
    adopted.was_on,
    adopted.is_automatic and not adopted.was_on as is_automatic,
    not adopted.was_on and not adopted.is_automatic as is_candidate,
    adopted.viewed_on < as_of.as_of - 7 as is_observed,
    kept.adopted_on is not null as is_adopter,
    coalesce(kept.adopted_on < as_of.as_of - 28, false) as is_kept_known,
    coalesce(kept.is_kept, false) as is_kept,
from adopted
cross join {{ ref('int_lake__as_of') }} as as_of
left join kept
    on
        adopted.campaign_id = kept.campaign_id
        and adopted.person_key = kept.person_key
        and adopted.feature = kept.feature

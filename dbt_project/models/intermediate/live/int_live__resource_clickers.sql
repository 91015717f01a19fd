{#
    Who opened a resource of a session, while it was live or within 24 hours after its end, by what clicks themselves say: they are people
    of the app, of whom nobody knows whether they attended. A session that no click names has no row.
#}
with

clicks as (

    select
        clicked.campaign_id,
        clicked.session_id,
        clicked.asset_id,
        clicked.person_key,
        clicked.happened_at >= sessions.starts_at and clicked.happened_at <= sessions.ends_at + interval 24 hour as is_in_time,
    from {{ ref('int_activation__events') }} as clicked
    inner join {{ ref('int_live__sessions') }} as sessions
        on
            clicked.campaign_id = sessions.campaign_id
            and clicked.session_id = sessions.session_id
    where clicked.activation = 'resource.clicked' and clicked.excluded is null

)

-- Clicks of which none has a person are of an unknown number of people.
select
    clicks.campaign_id,
    clicks.session_id,
    counted.resource_id,
    case
        when
            count(case when clicks.is_in_time then 1 end) = 0
            or count(case when clicks.is_in_time then clicks.person_key end) > 0
            then count(distinct case when clicks.is_in_time then clicks.person_key end)
    end as clickers,
from clicks
cross join lateral (select unnest([clicks.asset_id, 'all']) as resource_id) as counted
group by clicks.campaign_id, clicks.session_id, counted.resource_id

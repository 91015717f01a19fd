{{ config(materialized='incremental', incremental_strategy='by_unit') }}
with

clocks as (

    select distinct
        session_number,
        campaign_id,
        session_id,
        live_microseconds,
    from {{ ref('int_live__instances') }}

),

-- Most people stay once: what such a stay adds is all that they attended.
people as (

    select
        session_number,
        person,
        device,
        identity_code,
        exited - adds_from as attended_microseconds,
        exited - adds_seen_from as attended_microseconds_low,
        adds_from as arrived_after,
        exited as left_after,
        cast(1 as bigint) as views,
        cast(is_imputed_leave as bigint) as imputed_leaves,
    from {{ ref('int_live__stays') }}
    where is_only_stay
    union all
    select
        session_number,
        person,
        device,
        max(identity_code) as identity_code,
        cast(sum(exited - adds_from) as bigint) as attended_microseconds,
        cast(sum(exited - adds_seen_from) as bigint) as attended_microseconds_low,
        min(adds_from) as arrived_after,
        max(exited) as left_after,
        count(case when is_new_view then 1 end) as views,
        count(case when is_imputed_leave then 1 end) as imputed_leaves,
    from {{ ref('int_live__stays') }}
    where not is_only_stay
    group by session_number, person, device

)

select
    clocks.campaign_id,
    clocks.session_id,
    people.person,
    people.device,
    people.identity_code,
    people.attended_microseconds,
    people.attended_microseconds_low,
    clocks.live_microseconds - people.arrived_after as could_attend_microseconds,
    people.views,
    people.imputed_leaves,
    people.left_after * 10 > clocks.live_microseconds * 9
    and people.attended_microseconds * 4 >= clocks.live_microseconds * 3 as is_complete,
from people
inner join clocks on people.session_number = clocks.session_number

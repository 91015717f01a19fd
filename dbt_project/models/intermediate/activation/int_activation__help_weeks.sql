{#
    A cell is a week, market and resource; with fewer than 10 people it is withheld. A total counts the people and taps of the cells that are
    shown and of no other, so that whatever is published, today or before, says nothing of a cell that is withheld. Weeks of markets start
    on different days; all markets together have the week that holds the middle of theirs.
#}
with

events as (

    select
        campaign_id,
        week_on,
        market,
        resource_id,
        person_key,
    from {{ ref('int_activation__help_events') }}
    where
        excluded is null
        and (activation like 'helpline.%' or activation like 'organisation.%')
        -- Whoever only saw them did not look for help.
        and activation not like '%.viewed'

),

cells as (

    select
        campaign_id,
        week_on,
        market,
        resource_id,
        count(*) as taps,
        count(distinct person_key) as unique_people,
        count(distinct person_key) >= {{ fewest_people() }} as is_shown,
    from events
    group by campaign_id, week_on, market, resource_id

),

markets as (

    select
        cells.campaign_id,
        cells.week_on,
        cells.market,
        count(distinct case when cells.is_shown then events.person_key end) as unique_people,
        count(case when cells.is_shown then 1 end) as taps,
        count(distinct case when not cells.is_shown then cells.resource_id end) as cells_withheld,
    from cells
    inner join events
        on
            cells.campaign_id = events.campaign_id
            and cells.week_on = events.week_on
            and cells.market = events.market
            and cells.resource_id = events.resource_id
    group by cells.campaign_id, cells.week_on, cells.market

),

-- A person's key is another one in every market, so that the markets' people add up.
all_markets as (

    select
        campaign_id,
        {{ week_on('week_on + 3', '1') }} as week_on,
        cast(sum(unique_people) as bigint) as unique_people,
        cast(sum(taps) as bigint) as taps,
        cast(sum(cells_withheld) as bigint) as cells_withheld,
    from markets
    group by campaign_id, {{ week_on('week_on + 3', '1') }}

),

combined as (

    select
        campaign_id,
        week_on,
        market,
        resource_id,
        case when is_shown then taps end as taps,
        case when is_shown then unique_people end as unique_people,
        case when is_shown then 0 else 1 end as cells_withheld,
    from cells
    union all
    select
        campaign_id,
        week_on,
        market,
        'all' as resource_id,
        nullif(taps, 0) as taps,
        nullif(unique_people, 0) as unique_people,
        cells_withheld,
    from markets
    union all
    select
        campaign_id,
        week_on,
        'all' as market,
        'all' as resource_id,
        nullif(taps, 0) as taps,
        nullif(unique_people, 0) as unique_people,
        cells_withheld,
    from all_markets

)

select
    campaign_id,
    week_on,
    market,
    resource_id,
    taps,
    unique_people,
    cast(cells_withheld as bigint) as cells_withheld,
    case when taps is null then 'few_people' end as reason,
from combined

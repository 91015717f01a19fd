{#
    Whether stories and live sessions that must carry a crisis resource do, and how long flags wait for action. Each story or session is
    told of once. Stories of a week and market with fewer than 10 people are withheld, and in no total. A flag that is still open has waited
    at least until the last event about flags, so that hours are read off the share that is left (Kaplan and Meier).
#}
{%- set subject = ['campaign_id', 'week_on', 'content_type'] %}
{%- set of_stories = "'story.resource_attached', 'story.resource_missing'" %}
{%- set of_sessions = "'live.resource_attached', 'live.resource_missing'" %}
with

told as (

    select
        campaign_id,
        week_on,
        market,
        activation,
        asset_version as rule_version,
        'events' as basis,
        count(*) as items,
        count(distinct person_key) as people,
    from {{ ref('int_activation__help_events') }}
    where excluded is null and activation in ({{ of_stories }})
    group by campaign_id, week_on, market, activation, asset_version
    union all
    select
        events.campaign_id,
        {{ week_on('events.event_on', 'markets.week_starts_on') }} as week_on,
        events.market,
        events.activation,
        events.asset_version as rule_version,
        'events' as basis,
        count(*) as items,
        cast(null as bigint) as people,
    from {{ ref('int_activation__events') }} as events
    left join {{ ref('markets') }} as markets on events.market = markets.market
    where events.excluded is null and events.activation in ({{ of_sessions }})
    group by
        events.campaign_id, {{ week_on('events.event_on', 'markets.week_starts_on') }}, events.market, events.activation,
        events.asset_version
    union all
    select
        counts.campaign_id,
        {{ week_on('counts.event_on', 'markets.week_starts_on') }} as week_on,
        counts.market,
        counts.activation,
        cast(null as varchar) as rule_version,
        'counts' as basis,
        case when count(counts.events) = count(*) then sum(counts.events) end as items,
        {{ people_counted('counts') }} as people,
    from {{ ref('int_activation__counted_days') }} as counts
    left join {{ ref('markets') }} as markets on counts.market = markets.market
    where counts.activation in ({{ of_stories }}, {{ of_sessions }})
    group by
        counts.campaign_id, {{ week_on('counts.event_on', 'markets.week_starts_on') }}, counts.market, counts.activation

),

-- People with a resource and people without may be the same: together they are at least as many as the larger group.
cells as (

    select
        campaign_id,
        week_on,
        market,
        content_type,
        basis,
        sum(items) as items,
        coalesce(
            sum(case when activation in ('story.resource_attached', 'live.resource_attached') then items end), 0
        ) as attached,
        min(rule_version) as first_version,
        max(rule_version) as last_version,
        count(items) = count(*) and (content_type = 'live' or coalesce(max(people) >= {{ fewest_people() }}, false)) as is_shown,
    from (
        select
            *,
            case when activation like 'story.%' then 'story' else 'live' end as content_type,
        from told
    ) as typed
    group by campaign_id, week_on, market, content_type, basis
    qualify row_number() over (partition by campaign_id, week_on, market, content_type order by basis desc) = 1

),

checked as (

    select
        campaign_id,
        week_on,
        content_type,
        cast(sum(case when is_shown then items end) as bigint) as required,
        cast(sum(case when is_shown then attached end) as bigint) as attached,
        count(case when not is_shown then 1 end) as cells_withheld,
        case when min(first_version) = max(last_version) then min(first_version) end as rule_version,
    from (
        select
            campaign_id,
            -- Weeks of markets start on different days; the week that holds the middle of theirs is that of all.
            {{ week_on('week_on + 3', '1') }} as week_on,
            unnest([content_type, 'all']) as content_type,
            items,
            attached,
            is_shown,
            first_version,
            last_version,
        from cells
    ) as checks
    group by campaign_id, week_on, content_type

),

flags as (

    select
        campaign_id,
        asset_id as content_type,
        content_key,
        min(event_on) as flagged_on,
        min(happened_at) as flagged_at,
    from {{ ref('int_activation__events') }}
    where excluded is null and activation = 'content.flagged' and content_key is not null
    group by campaign_id, asset_id, content_key

),

watched as (

    select
        campaign_id,
        max(happened_at) as watched_until,
    from {{ ref('int_activation__events') }}
    where excluded is null and activation in ('content.flagged', 'content.actioned')
    group by campaign_id

),

acted as (

    select
        flags.campaign_id,
        flags.content_type,
        flags.content_key,
        flags.flagged_on,
        flags.flagged_at,
        min(actions.happened_at) as acted_at,
    from flags
    left join {{ ref('int_activation__events') }} as actions
        on
            flags.campaign_id = actions.campaign_id
            and flags.content_key = actions.content_key
            and actions.activation = 'content.actioned'
            and actions.excluded is null
            and actions.happened_at >= flags.flagged_at
    group by flags.campaign_id, flags.content_type, flags.content_key, flags.flagged_on, flags.flagged_at

),

waited as (

    select
        acted.campaign_id,
        {{ week_on('acted.flagged_on', '1') }} as week_on,
        unnest([acted.content_type, 'all']) as content_type,
        acted.acted_at is not null as is_acted_on,
        {{ microseconds_between('acted.flagged_at', 'coalesce(acted.acted_at, watched.watched_until)') }}
        / cast(3600000000 as double) as hours,
    from acted
    inner join watched on acted.campaign_id = watched.campaign_id

),

survived as (

    {{ kaplan_meier('waited', subject, 'hours', 'is_acted_on') }}

),

timed as (

    select
        {{ listed(subject) }}
        cast(sum(cases) as bigint) as flags,
        cast(sum(endings) as bigint) as acted_on,
        {{ hours_until_ended(0.5) }} as median_hours_to_action,
        {{ hours_until_ended(0.9) }} as p90_hours_to_action,
    from survived
    group by {{ subject | join(', ') }}

),

combined as (

    select
        coalesce(checked.campaign_id, timed.campaign_id) as campaign_id,
        coalesce(checked.week_on, timed.week_on) as week_on,
        coalesce(checked.content_type, timed.content_type) as content_type,
        checked.required,
        checked.attached,
        coalesce(checked.cells_withheld, 0) as cells_withheld,
        checked.rule_version,
        coalesce(timed.flags, 0) as flags,
        coalesce(timed.acted_on, 0) as acted_on,
        timed.median_hours_to_action,
        timed.p90_hours_to_action,
    from checked
    full outer join timed
        on
            checked.campaign_id = timed.campaign_id
            and checked.week_on = timed.week_on
            and checked.content_type = timed.content_type

)

select
    campaign_id,
    week_on,
    content_type,
    required,
    attached,
    {{ ratio('attached', 'required') }} as attached_share,
    rule_version,
    cells_withheld,
    case when required is null then case when cells_withheld > 0 then 'few_people' else 'not_reported' end end as reason,
    flags,
    acted_on,
    flags - acted_on as open_flags,
    median_hours_to_action,
    p90_hours_to_action,
    case
        when flags = 0 then 'not_reported'
        when median_hours_to_action is null or p90_hours_to_action is null then 'still_open'
    end as action_reason,
from combined

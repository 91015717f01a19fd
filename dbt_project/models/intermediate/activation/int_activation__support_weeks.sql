{#
    Stories and supportive replies as they were coded, stories shared in the app and connections made. A cell is a week and market; where
    fewer than 10 people stand behind what was found, or behind the rest, it is withheld. A total counts the cells that are shown and no
    other, so that it says nothing of those. Only who agreed is counted; whoever delivers counts answers for that.

    A share that coding finds is corrected for how often coding errs, as it was validated (Rogan and Gladen): its interval holds the
    errors of the validation too, and it is kept within 0 and 1.
#}
{%- set coded = {
    'story': ('post.coded_story', 'post.coded_other'),
    'supportive_reply': ('reply.coded_supportive', 'reply.coded_other'),
    'shared_story': ('story.shared', none),
} %}
{%- set cell = 'campaign_id, week_on, market, kind' %}
with

kinds as (

    {% for kind, (found, other) in coded.items() -%}
        select
            '{{ kind }}' as kind,
            '{{ found }}' as activation,
            true as is_found,
            {{ other is not none }} as is_share
        {% if other -%}
            union all
            select
                '{{ kind }}' as kind,
                '{{ other }}' as activation,
                false as is_found,
                true as is_share
        {%- endif %}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

events as (

    select *
    from {{ ref('int_activation__help_events') }}
    where excluded is null and has_consent

),

told as (

    select
        events.campaign_id,
        events.week_on,
        events.market,
        events.activation,
        'events' as basis,
        count(*) as items,
        count(distinct events.person_key) as people,
    from events
    group by events.campaign_id, events.week_on, events.market, events.activation
    union all
    select
        counts.campaign_id,
        {{ week_on('counts.event_on', 'markets.week_starts_on') }} as week_on,
        counts.market,
        counts.activation,
        'counts' as basis,
        case when count(counts.events) = count(*) then sum(counts.events) end as items,
        {{ people_counted('counts') }} as people,
    from {{ ref('int_activation__counted_days') }} as counts
    left join {{ ref('markets') }} as markets on counts.market = markets.market
    group by
        counts.campaign_id, {{ week_on('counts.event_on', 'markets.week_starts_on') }}, counts.market, counts.activation

),

cells as (

    select
        told.campaign_id,
        told.week_on,
        told.market,
        kinds.kind,
        told.basis,
        cast(sum(told.items) as bigint) as items,
        cast(sum(case when kinds.is_found then told.items end) as bigint) as found,
        max(case when kinds.is_found then told.people end) as people,
        coalesce(
            count(told.items) = count(*)
            and max(case when kinds.is_found then told.people end) >= {{ fewest_people() }}
            and (not bool_or(kinds.is_share) or max(case when not kinds.is_found then told.people end) >= {{ fewest_people() }}),
            false
        ) as is_shown,
    from told
    inner join kinds on told.activation = kinds.activation
    group by told.campaign_id, told.week_on, told.market, kinds.kind, told.basis
    qualify row_number() over (
        partition by told.campaign_id, told.week_on, told.market, kinds.kind
        order by told.basis desc
    ) = 1

),

-- Groups of members that were referred to an organisation, of the organisations with enough people.
connections as (

    select
        campaign_id,
        week_on,
        market,
        'connection' as kind,
        'events' as basis,
        cast(null as bigint) as items,
        cast(sum(case when is_shown then groups end) as bigint) as found,
        cast(null as bigint) as people,
        bool_or(is_shown) as is_shown,
    from (
        select
            campaign_id,
            week_on,
            market,
            resource_id,
            count(distinct group_key) as groups,
            count(distinct person_key) >= {{ fewest_people() }} as is_shown,
        from events
        where activation = 'organisation.referred' and group_key is not null
        group by campaign_id, week_on, market, resource_id
    ) as organisations
    group by campaign_id, week_on, market

),

all_cells as (

    select * from cells
    union all
    select * from connections

),

combined as (

    select
        campaign_id,
        week_on,
        market,
        kind,
        basis,
        case when is_shown then items end as items,
        case when is_shown then found end as found,
        cast(case when is_shown then 0 else 1 end as bigint) as cells_withheld,
    from all_cells
    union all
    -- Weeks of markets start on different days; all markets together have the week that holds the middle of theirs.
    select
        campaign_id,
        {{ week_on('week_on + 3', '1') }} as week_on,
        'all' as market,
        kind,
        max(basis) as basis,
        cast(sum(case when is_shown then items end) as bigint) as items,
        cast(sum(case when is_shown then found end) as bigint) as found,
        count(case when not is_shown then 1 end) as cells_withheld,
    from all_cells
    group by campaign_id, {{ week_on('week_on + 3', '1') }}, kind

),

validated as (

    select
        combined.campaign_id,
        combined.week_on,
        combined.market,
        combined.kind,
        checks.version as coding_version,
        checks.sensitivity,
        checks.specificity,
        checks.sensitivity * (1 - checks.sensitivity) / checks.sensitivity_items as variance_of_sensitivity,
        checks.specificity * (1 - checks.specificity) / checks.specificity_items as variance_of_specificity,
    from combined
    inner join {{ ref('coding_checks') }} as checks
        on
            combined.kind = checks.kind
            and checks.campaign_id in (combined.campaign_id, '*')
            and checks.starts_on <= combined.week_on + 6
    qualify row_number() over (
        partition by combined.campaign_id, combined.week_on, combined.market, combined.kind
        order by case when checks.campaign_id = '*' then 1 else 0 end asc, checks.starts_on desc, checks.version desc
    ) = 1

),

observed as (

    select
        combined.campaign_id,
        combined.week_on,
        combined.market,
        combined.kind,
        combined.basis,
        combined.items,
        combined.found,
        case
            when combined.kind in ('story', 'supportive_reply') then {{ ratio('combined.found', 'combined.items') }}
        end as observed_share,
        combined.kind in ('story', 'supportive_reply') as is_coded,
        combined.cells_withheld,
        validated.coding_version,
        validated.sensitivity,
        validated.specificity,
        validated.sensitivity + validated.specificity - 1 as youden,
        validated.variance_of_sensitivity,
        validated.variance_of_specificity,
    from combined
    left join validated
        on
            combined.campaign_id = validated.campaign_id
            and combined.week_on = validated.week_on
            and combined.market = validated.market
            and combined.kind = validated.kind

),

corrected as (

    select
        *,
        case when youden > 0 then (observed_share + specificity - 1) / youden end as corrected,
    from observed

),

bounded as (

    select
        *,
        1.959963984540054 * sqrt(
            observed_share * (1 - observed_share) / items
            + pow(corrected, 2) * variance_of_sensitivity
            + pow(1 - corrected, 2) * variance_of_specificity
        ) / youden as half,
    from corrected

)

select
    campaign_id,
    week_on,
    market,
    kind,
    basis,
    items,
    found,
    observed_share,
    case when corrected < 0 then 0 when corrected > 1 then 1 else corrected end as share,
    case when corrected - half < 0 then 0 when corrected - half > 1 then 1 else corrected - half end as share_low,
    case when corrected + half < 0 then 0 when corrected + half > 1 then 1 else corrected + half end as share_high,
    coalesce(corrected < 0 or corrected > 1, false) as is_clipped,
    coding_version,
    sensitivity,
    specificity,
    cells_withheld,
    case
        when found is null then 'few_people'
        when not is_coded then null
        when youden is null then 'not_validated'
        when youden <= 0 then 'no_better_than_chance'
    end as reason,
from bounded

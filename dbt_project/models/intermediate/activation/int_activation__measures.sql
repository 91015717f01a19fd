{#
    What people did, counted: events and visits by the day they happened; people by the day they began something, so that a share of them has
    one base; different people of a day, a week and to date; and, in help-seeking's own weeks, those who looked for help, told their story
    or supported others.
#}
{%- set counted = {'guide.opened': 'guide_opens', 'toolkit.downloaded': 'toolkit_downloads'} %}
{%- set distinct_people = {
    'guide.opened': 'guide_openers', 'toolkit.downloaded': 'toolkit_downloaders', 'activation.joined': 'activation_joiners',
} %}
{%- set begun = {
    'guide': ('guide.opened', 'guide.completed', 'guide_beginners', 'guide_finishers'),
    'tutorial': ('tutorial.started', 'tutorial.completed', 'tutorial_beginners', 'tutorial_finishers'),
} %}
with

acts as (

    select * from {{ ref('int_activation__acts') }}

),

counted as (

    {% for activation, measure in counted.items() -%}
        select
            campaign_id,
            '{{ measure }}' as measure,
            event_on,
            market,
            1 as amount,
        from acts
        where reported_as = '{{ activation }}' and is_in_campaign
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Of a person, an asset and its version: when it was begun, and whether it was completed within 7 days.
begun as (

    select
        campaign_id,
        person_key,
        activation,
        asset_id,
        asset_version,
        event_on,
        happened_at,
        market,
        is_in_campaign,
    from acts
    where person_key is not null and reported_as in ('guide.opened', 'tutorial.started')
    qualify row_number() over (
        partition by campaign_id, person_key, activation, asset_id, asset_version order by happened_at, event_key
    ) = 1

),

{% for name, (first, last, beginners, finishers) in begun.items() %}
    {{ name }}_finished as (

        select
            begun.campaign_id,
            begun.event_on,
            begun.market,
            max(case when acts.happened_at is not null then 1 else 0 end) as finished,
        from begun
        left join acts
            on
                begun.campaign_id = acts.campaign_id
                and begun.person_key = acts.person_key
                and begun.asset_id = acts.asset_id
                and begun.asset_version is not distinct from acts.asset_version
                and acts.activation = '{{ last }}'
                and acts.happened_at >= begun.happened_at
                and acts.happened_at <= begun.happened_at + interval 7 day
        where begun.activation = '{{ first }}' and begun.is_in_campaign
        group by begun.campaign_id, begun.person_key, begun.asset_id, begun.asset_version, begun.event_on, begun.market

    ),

{% endfor %}

-- A visit to the guide ends after 30 minutes without anything done.
stepped as (

    select
        campaign_id,
        person_key,
        event_on,
        market,
        happened_at,
        is_in_campaign,
        reported_as <> 'guide.opened' as is_action,
        coalesce(
            happened_at > lag(happened_at) over (partition by campaign_id, person_key order by happened_at, event_key)
            + interval 30 minute,
            true
        ) as is_first,
        event_key,
    from acts
    where person_key is not null and (reported_as like 'guide.%' or reported_as = 'resource.clicked')

),

numbered as (

    select
        *,
        sum(case when is_first then 1 else 0 end) over (
            partition by campaign_id, person_key order by happened_at, event_key rows unbounded preceding
        ) as visit,
    from stepped

),

visits as (

    select
        campaign_id,
        min(event_on) as event_on,
        min(market) as market,
        bool_or(is_action) and max(happened_at) >= min(happened_at) + interval 30 second as is_meaningful,
    from numbered
    group by campaign_id, person_key, visit
    having min_by(is_in_campaign, happened_at)

),

amounts as (

    select * from counted
    {% for name, (first, last, beginners, finishers) in begun.items() -%}
        {% for measure, amount in [(beginners, '1'), (finishers, 'finished')] -%}
            union all
            select
                campaign_id,
                '{{ measure }}' as measure,
                event_on,
                market,
                {{ amount }} as amount,
            from {{ name }}_finished
        {% endfor %}
    {%- endfor %}
    {% for measure, amount in [('guide_visits', '1'), ('meaningful_visits', 'case when is_meaningful then 1 else 0 end')] -%}
        union all
        select
            campaign_id,
            '{{ measure }}' as measure,
            event_on,
            market,
            {{ amount }} as amount,
        from visits
    {% endfor %}
    {% for measure, base, amount in [
        ('feature_candidates', 'is_candidate', 'case when is_observed then 1 end'),
        ('feature_adopters', 'is_candidate', 'case when is_observed and is_adopter then 1 when is_observed then 0 end'),
        ('adopters_observed', 'is_adopter', 'case when is_kept_known then 1 end'),
        ('features_kept', 'is_adopter', 'case when is_kept_known and is_kept then 1 when is_kept_known then 0 end'),
    ] -%}
        union all
        select
            campaign_id,
            '{{ measure }}' as measure,
            viewed_on as event_on,
            market,
            {{ amount }} as amount,
        from {{ ref('int_activation__feature_people') }}
        where {{ base }}
    {% endfor %}

),

days as (

    select
        campaign_id,
        measure,
        'day' as period,
        event_on,
        event_on as last_on,
        market,
        cast(sum(amount) as bigint) as value,
    from (
        select
            campaign_id,
            measure,
            event_on,
            amount,
            unnest([market, 'all']) as market,
        from amounts
    ) as in_markets
    group by campaign_id, measure, event_on, market

),

people as (

    select distinct
        acts.campaign_id,
        acts.reported_as,
        acts.person_key,
        acts.event_on,
        acts.is_in_campaign,
        unnest([acts.market, 'all']) as market,
    from acts
    where
        acts.person_key is not null
        and acts.reported_as in (
            '{{ distinct_people | join("', '") }}'
        )

),

weekly as (

    select
        people.campaign_id,
        people.reported_as,
        people.person_key,
        people.market,
        people.event_on as day_on,
        people.is_in_campaign,
        {{ week_on('people.event_on', 'markets.week_starts_on') }} as week_on,
        min(case when people.is_in_campaign then people.event_on end) over (
            partition by people.campaign_id, people.reported_as, people.person_key, people.market
        ) as first_on,
    from people
    left join {{ ref('markets') }} as markets on people.market = markets.market

),

distinct_people as (

    select
        campaign_id,
        reported_as,
        'day' as period,
        day_on as event_on,
        day_on as last_on,
        market,
        count(distinct person_key) as value,
    from weekly
    where is_in_campaign
    group by campaign_id, reported_as, day_on, market
    union all
    select
        campaign_id,
        reported_as,
        'week' as period,
        week_on as event_on,
        max(day_on) as last_on,
        market,
        count(distinct person_key) as value,
    from weekly
    where is_in_campaign
    group by campaign_id, reported_as, week_on, market
    union all
    select
        campaign_id,
        reported_as,
        'campaign_to_date' as period,
        day_on as event_on,
        day_on as last_on,
        market,
        cast(sum(count(case when day_on = first_on then 1 end)) over (
            partition by campaign_id, reported_as, market order by day_on rows unbounded preceding
        ) as bigint) as value,
    from weekly
    where is_in_campaign
    group by campaign_id, reported_as, day_on, market

),

-- Of all markets those count whose people who looked for help are shown, and of a week all its days, as of those people.
openers as (

    select
        help.campaign_id,
        help.week_on,
        help.market,
        help.unique_people,
        case when help.unique_people is not null then count(distinct weekly.person_key) end as openers,
        help.reason,
    from {{ ref('int_activation__help_weeks') }} as help
    left join weekly
        on
            help.campaign_id = weekly.campaign_id
            and help.market = weekly.market
            and help.week_on = weekly.week_on
            and weekly.reported_as = 'guide.opened'
    where help.resource_id = 'all' and help.market <> 'all'
    group by help.campaign_id, help.week_on, help.market, help.unique_people, help.reason

),

helped as (

    select * from openers
    union all
    select
        campaign_id,
        {{ week_on('week_on + 3', '1') }} as week_on,
        'all' as market,
        cast(sum(unique_people) as bigint) as unique_people,
        cast(sum(openers) as bigint) as openers,
        case when count(unique_people) = 0 then min(reason) end as reason,
    from openers
    group by campaign_id, {{ week_on('week_on + 3', '1') }}

),

{% for kind, found, coded in [('story', 'stories', 'posts_coded'), ('supportive_reply', 'supportive_replies', 'replies_coded')] %}
    {{ found }} as (

        select
            campaign_id,
            'week' as period,
            week_on as event_on,
            week_on + 6 as last_on,
            market,
            'campaign' as subject_type,
            'all' as subject_id,
            share * items as {{ found }},
            share_low * items as {{ found }}_low,
            share_high * items as {{ found }}_high,
            items as {{ coded }},
            reason,
        from {{ ref('int_activation__support_weeks') }}
        where kind = '{{ kind }}'

    ),

{% endfor %}

referred as (

    select *
    from {{ ref('int_activation__help_events') }}
    where excluded is null and has_consent and activation = 'organisation.referred' and group_key is not null

),

-- A group that was referred to an organisation counts once a month, in the weeks and markets with enough people.
connections as (

    select
        campaign_id,
        'month' as period,
        month_on as event_on,
        cast(month_on + interval 1 month as date) - 1 as last_on,
        'all' as market,
        case when organisation = 'all' then 'campaign' else 'organisation' end as subject_type,
        organisation as subject_id,
        nullif(count(distinct pair), 0) as connections,
        'few_people' as reason,
    from (
        select
            referred.campaign_id,
            cast(date_trunc('month', referred.week_on + 3) as date) as month_on,
            unnest([referred.resource_id, 'all']) as organisation,
            case
                when cells.people >= {{ fewest_people() }} then concat_ws('/', referred.group_key, referred.resource_id)
            end as pair,
        from referred
        inner join (
            select
                campaign_id,
                week_on,
                market,
                resource_id,
                count(distinct person_key) as people,
            from referred
            group by campaign_id, week_on, market, resource_id
        ) as cells
            on
                referred.campaign_id = cells.campaign_id
                and referred.week_on = cells.week_on
                and referred.market = cells.market
                and referred.resource_id = cells.resource_id
    ) as pairs
    group by campaign_id, month_on, organisation

),

safety as (

    select
        campaign_id,
        'week' as period,
        week_on as event_on,
        week_on + 6 as last_on,
        'all' as market,
        case when content_type = 'all' then 'campaign' else 'content' end as subject_type,
        content_type as subject_id,
        attached as crisis_resources_attached,
        required as crisis_resources_required,
        reason,
        flags,
        median_hours_to_action,
        p90_hours_to_action,
        'still_open' as action_reason,
    from {{ ref('int_activation__safety_weeks') }}

),

checked as (

    select * from safety
    where reason is distinct from 'not_reported'

),

flagged as (

    select * from safety
    where flags > 0

),

measured as (

    select
        campaign_id,
        measure,
        period,
        event_on,
        last_on,
        market,
        value,
        case when value is null then 'not_yet_observed' end as reason,
    from days
    {% for activation, measure in distinct_people.items() -%}
        union all
        select
            campaign_id,
            '{{ measure }}' as measure,
            period,
            event_on,
            last_on,
            market,
            value,
            cast(null as varchar) as reason,
        from distinct_people
        where reported_as = '{{ activation }}'
    {% endfor %}
    {% for measure, figure in [('help_seekers', 'unique_people'), ('help_openers', 'openers')] -%}
        union all
        select
            campaign_id,
            '{{ measure }}' as measure,
            'week' as period,
            week_on as event_on,
            week_on + 6 as last_on,
            market,
            {{ figure }} as value,
            reason,
        from helped
    {% endfor %}

),

combined as (

    select
        campaign_id,
        measure,
        period,
        event_on,
        last_on,
        market,
        'campaign' as subject_type,
        'all' as subject_id,
        cast(value as double) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        reason,
    from measured
    union all
    {{ measures_of('stories', same_names(['stories', 'posts_coded']), bounded=['stories']) }}
    union all
    {{ measures_of('supportive_replies', same_names(['supportive_replies', 'replies_coded']), bounded=['supportive_replies']) }}
    union all
    {{ measures_of('connections', same_names(['connections'])) }}
    union all
    {{ measures_of('checked', same_names(['crisis_resources_attached', 'crisis_resources_required'])) }}
    union all
    {{ measures_of('flagged', same_names(['median_hours_to_action', 'p90_hours_to_action']), reason='action_reason') }}
    union all
    {{ measures_of(
        ref('int_activation__contacts'), same_names(['contacts_beyond_expected']), bounded=['contacts_beyond_expected']
    ) }}

)

-- Weeks and months count that have a day of the campaign.
select combined.*
from combined
inner join {{ ref('stg_campaign__campaigns') }} as campaigns on combined.campaign_id = campaigns.campaign_id
where {{ touches_campaign('combined.event_on', 'combined.last_on') }}

{#
    Why a KPI has no figure of a campaign, where something was delivered: all that its source tells lies outside the campaign's dates
    (surveys are of no date), nobody is known to have agreed to be counted in what is told of those who agreed alone, or nothing that
    partners agreed to was due yet (A11), which is of no date either before that.
#}
{%- set of_those_who_agreed = [
    ('H17', 'post.coded_%'), ('H17b', 'post.coded_%'), ('H18', 'reply.coded_%'), ('A13', 'organisation.referred'),
] %}
with

told as (

    select distinct
        campaign_id,
        'hashtag' as source,
        event_on as first_on,
        event_on as last_on,
    from {{ ref('int_hashtag__capture_days') }}
    union all
    select distinct
        campaign_id,
        'activation' as source,
        event_on as first_on,
        event_on as last_on,
    from {{ ref('int_activation__events') }}
    union all
    select distinct
        campaign_id,
        'activation' as source,
        week_on as first_on,
        week_on + 6 as last_on,
    from {{ ref('int_activation__help_events') }}
    union all
    select distinct
        campaign_id,
        'live' as source,
        event_on as first_on,
        event_on as last_on,
    from {{ ref('int_live__sessions') }}
    where event_on is not null

),

outside as (

    select
        told.campaign_id,
        told.source,
    from told
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on told.campaign_id = campaigns.campaign_id
    group by told.campaign_id, told.source
    having not bool_or({{ touches_campaign('told.first_on', 'told.last_on') }})

),

unagreed as (

    {% for kpi_id, activation in of_those_who_agreed -%}
        select
            campaign_id,
            '{{ kpi_id }}' as kpi_id,
        from {{ ref('int_activation__help_events') }}
        where
            excluded is null
            and activation like '{{ activation }}'
            {%- if kpi_id == 'A13' %}
                and group_key is not null
            {%- endif %}
        group by campaign_id
        having not bool_or(coalesce(has_consent, false))
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

reasons as (

    select
        outside.campaign_id,
        metrics.kpi_id,
        'outside_campaign' as reason,
    from outside
    inner join {{ ref('metrics') }} as metrics on outside.source = metrics.source and metrics.kpi_id <> 'A11'
    union all
    select
        campaign_id,
        'A11' as kpi_id,
        'no_denominator' as reason,
    from {{ ref('int_hashtag__deliverables') }}
    group by campaign_id
    having bool_and(status = 'not_yet_due')
    union all
    select
        campaign_id,
        kpi_id,
        'no_consent' as reason,
    from unagreed

)

select
    campaign_id,
    kpi_id,
    max(reason) as reason,
from reasons
group by campaign_id, kpi_id

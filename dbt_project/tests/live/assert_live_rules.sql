{#
    Across the live tables, of the sessions that were rebuilt: attended minutes are one figure by sessions, clock minutes and people,
    which makes them the integral of concurrency; what counts people agrees with the people; the causes of a difference add up to it.
#}
with

figures as (

    select * from {{ rebuilt_rows(ref('int_live__session_figures')) }}

),

sessions as (

    select facts.*
    from {{ ref('fct_live_session') }} as facts
    semi join {{ rebuilt_rows(ref('int_live__sessions')) }} as rebuilt
        on
            facts.campaign_id = rebuilt.campaign_id
            and facts.session_id = rebuilt.session_id

),

minutes as (

    select
        campaign_id,
        session_id,
        sum(concurrent) as attended_minutes,
        max(concurrent_peak) as peak_concurrent,
        sum(covered_seconds) / 60 as covered_minutes,
        count(*) as minutes_counted,
    from {{ rebuilt_rows(ref('fct_live_minute')) }}
    group by campaign_id, session_id

),

people as (

    select
        campaign_id,
        session_id,
        {{ minutes('sum(attended_microseconds)') }} as attended_minutes,
        count(*) as unique_attendees,
    from {{ rebuilt_rows(ref('int_live__attendances')) }}
    group by campaign_id, session_id

),

retained as (

    select
        campaign_id,
        session_id,
        max(viewers) filter (where clock = 'viewer' and minute = 0) as unique_attendees,
        {% for minute in [5, 15, 30] -%}
            max(viewers) filter (where clock = 'session' and minute = {{ minute }}) as present_at_{{ minute }}m,
        {% endfor %}
    from {{ rebuilt_rows(ref('fct_live_retention')) }}
    group by campaign_id, session_id

),

compared as (

    select
        sessions.*,
        minutes.attended_minutes as by_minutes,
        minutes.covered_minutes as covered_by_minutes,
        minutes.peak_concurrent as peak_of_minutes,
        people.attended_minutes as by_people,
        people.unique_attendees as people_counted,
        retained.unique_attendees as people_retained,
        {% for minute in [5, 15, 30] -%}
            retained.present_at_{{ minute }}m as retained_at_{{ minute }}m,
        {% endfor -%}
        1e-6 * (1 + coalesce(minutes.minutes_counted, 0)) as tolerance,
    from sessions
    left join minutes
        on
            sessions.campaign_id = minutes.campaign_id
            and sessions.session_id = minutes.session_id
    left join people
        on
            sessions.campaign_id = people.campaign_id
            and sessions.session_id = people.session_id
    left join retained
        on
            sessions.campaign_id = retained.campaign_id
            and sessions.session_id = retained.session_id

)

{%- set rules = {
    'minutes_are_the_integral_of_concurrency':
        'abs(coalesce(attended_minutes, 0) - coalesce(by_minutes, 0)) <= tolerance',
    'minutes_are_those_of_people':
        "basis = 'samples' or abs(coalesce(attended_minutes, 0) - coalesce(by_people, 0)) <= tolerance",
    'covered_minutes_add_up': 'abs(coalesce(covered_minutes, 0) - coalesce(covered_by_minutes, 0)) <= tolerance',
    'attendees_are_people': 'coalesce(unique_attendees, 0) = coalesce(people_counted, 0)',
    'peak_is_that_of_a_minute':
        "coalesce(peak_concurrent, 0) = coalesce(peak_of_minutes, 0) or (basis = 'samples' and peak_concurrent > coalesce(peak_of_minutes, 0))",
    'retention_starts_from_all': 'coalesce(unique_attendees, 0) = coalesce(people_retained, 0)',
    'retention_is_that_of_the_session':
        'coalesce(present_at_5m = retained_at_5m, present_at_5m is null) and coalesce(present_at_15m = retained_at_15m, present_at_15m is null) and coalesce(present_at_30m = retained_at_30m, present_at_30m is null)',
} %}
{% for rule, condition in rules.items() -%}
    
    select
        '{{ rule }}' as rule,
        campaign_id,
        session_id,
    from compared
    where ({{ condition }}) is not true
    union all
{% endfor -%}
select
    'causes_add_up' as rule,
    campaign_id,
    session_id,
from {{ rebuilt_rows(ref('rpt_live_reconciliation')) }} as reconciled
group by campaign_id, session_id, measure
having abs(sum(difference) - max(residual)) > 1e-6
union all
select
    'figures_have_their_session' as rule,
    figures.campaign_id,
    figures.session_id,
from figures
anti join sessions
    on
        figures.campaign_id = sessions.campaign_id
        and figures.session_id = sessions.session_id

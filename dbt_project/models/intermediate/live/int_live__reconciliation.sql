{#
    Our figure less the platform's own, each cause of the difference apart. What a platform counts is not always said: of the
    definitions that are known of its measure, the first that explains everything is taken, else the first. What no cause explains
    is `unexplained`.
#}
{{ config(materialized='incremental', incremental_strategy='by_unit') }}
{%- set causes = [
    'staff', 'outside_session', 'one_name', 'rejoins', 'without_stay', 'overlapping', 'open_stays', 'several_devices',
    'not_approved',
] %}
{#- By measure our figure and, the likeliest first, what the platform may count: in words, as a figure, why ours differs. -#}
{%- set of_people = {'outside_session': '-outside_session', 'one_name': 'unique_attendees - attending'} %}
{%- set staff = {'staff': '-staff'} %}
{%- set absent = {'without_stay': '-without_stay'} %}
{%- set audience = ['people in the audience', 'audience', of_people] %}
{%- set everybody = ['people, staff included', 'audience + staff', dict(of_people, **staff)] %}
{%- set audience_stays = [
    'stays of the audience', 'audience_stays', dict(of_people, rejoins='audience - audience_stays')
] %}
{%- set all_stays = [
    'stays, those of staff included', 'audience_stays + staff_stays',
    dict(of_people, rejoins='audience + staff - audience_stays - staff_stays', **staff)
] %}
{%- set stays_added_up = [
    'minutes of stays added up', 'audience_lasted + staff_lasted',
    {
        'staff': '-staff_lasted', 'outside_session': 'clipped - audience_lasted', 'overlapping': 'attended_minutes_low - clipped',
        'open_stays': 'attended_minutes - attended_minutes_low',
    }
] %}
{%- set people_added_up = [
    'minutes of people added up', 'audience_united + staff_united',
    {
        'staff': '-staff_united', 'outside_session': 'attended_minutes_low - audience_united',
        'open_stays': 'attended_minutes - attended_minutes_low',
    }
] %}
{%- set audience_connections = [
    'connections of the audience', 'audience_connections', {'several_devices': 'peak_concurrent - audience_connections'}
] %}
{%- set connections = [
    'connections, staff included', 'connections',
    {'several_devices': 'peak_concurrent - audience_connections', 'staff': 'audience_connections - connections'}
] %}
{%- set definitions = {
    'participants': ['unique_attendees', [
        ['people, staff included', 'audience + staff + without_stay', dict(of_people, **dict(staff, **absent))], all_stays, audience,
    ]],
    'unique_viewers': ['unique_attendees', [audience, everybody]],
    'total_users': ['unique_attendees', [all_stays, audience_stays, everybody, audience]],
    'attended_minutes': ['attended_minutes', [stays_added_up, people_added_up]],
    'peak_concurrent': ['peak_concurrent', [audience_connections, connections]],
} %}
{%- set registrations = [
    ['registrations, those not approved included', 'registrations + cancelled + denied', {'not_approved': '-cancelled - denied'}],
    ['registrations', 'registrations', {}],
] %}
with

stated as (

    select
        figures.campaign_id,
        figures.session_id,
        figures.measure,
        figures.value,
    from {{ ref('stg_live__platform_figures') }} as figures
    semi join {{ rebuilt_units('live') }} as rebuilt
        on
            figures.campaign_id = rebuilt.campaign_id
            and figures.session_id = rebuilt.session_id
    qualify row_number() over (
        partition by figures.campaign_id, figures.session_id, figures.measure
        order by figures.landed_on desc, figures.delivery desc
    ) = 1

),

instances as (

    select live.*
    from {{ ref('int_live__instances') }} as live
    semi join stated
        on
            live.campaign_id = stated.campaign_id
            and live.session_id = stated.session_id
    where live.basis = 'intervals'

),

sessions as (

    select distinct
        session_number,
        campaign_id,
        session_id,
        session_ends,
    from instances

),

attendances as (

    select
        sessions.session_number,
        people.person,
    from {{ rebuilt_rows(ref('int_live__attendances')) }} as people
    inner join sessions
        on
            people.campaign_id = sessions.campaign_id
            and people.session_id = sessions.session_id

),

stays as (

    select
        sessions.session_number,
        {{ person_number('delivered.person_key') }} as person,
        delivered.identity = 'guest' as is_guest,
        delivered.records,
        {{ epoch_microseconds('delivered.joined_at') }} as joined,
        {{ epoch_microseconds('delivered.left_at') }} as left_at,
        coalesce({{ epoch_microseconds('delivered.left_at') }}, sessions.session_ends) as closed,
        bool_or(delivered.is_staff) over (partition by sessions.session_number, delivered.person_key) as is_staff,
    from {{ ref('stg_live__stays') }} as delivered
    inner join sessions
        on
            delivered.campaign_id = sessions.campaign_id
            and delivered.session_id = sessions.session_id
    qualify row_number() over (
        partition by sessions.session_number, delivered.person_key, delivered.joined_at, delivered.device
        order by delivered.landed_on desc, delivered.delivery desc
    ) = 1

),

-- What a stay adds to those of the same person before it; each guest of a name is a person.
united as (

    select
        *,
        case
            when is_guest then left_at - joined
            else greatest(0, left_at - greatest(joined, coalesce(max(left_at) over before_it, joined)))
        end as adds,
    from stays
    window before_it as (
        partition by session_number, person
        order by joined, left_at
        rows between unbounded preceding and 1 preceding
    )

),

people as (

    select
        united.session_number,
        united.person,
        united.is_staff,
        count(attending.person) > 0 as has_attended,
        count(*) as stays,
        sum(united.records) as records,
        coalesce(sum(united.left_at - united.joined), 0) as lasted,
        coalesce(sum(united.adds), 0) as united,
    from united
    left join (select distinct * from attendances) as attending
        on
            united.session_number = attending.session_number
            and united.person = attending.person
    group by united.session_number, united.person, united.is_staff

),

counted as (

    select
        session_number,
        count(*) filter (where is_staff) as staff,
        count(*) filter (where not is_staff) as audience,
        count(*) filter (where not is_staff and not has_attended) as outside_session,
        count(*) filter (where has_attended and not is_staff) as attending,
        coalesce(sum(stays) filter (where is_staff), 0) as staff_stays,
        coalesce(sum(stays) filter (where not is_staff), 0) as audience_stays,
        sum(records) as records,
        {% for length in ['lasted', 'united'] -%}
            {{ minutes('coalesce(sum(' ~ length ~ ') filter (where is_staff), 0)') }} as staff_{{ length }},
            {{ minutes('coalesce(sum(' ~ length ~ ') filter (where not is_staff), 0)') }} as audience_{{ length }},
        {% endfor -%}
    from people
    group by session_number

),

clipped as (

    select
        stays.session_number,
        stays.is_staff,
        stays.left_at is not null as is_seen,
        greatest(stays.joined, instances.starts) as entered,
        least(stays.closed, instances.ends) as exited,
    from stays
    inner join instances
        on
            stays.session_number = instances.session_number
            and stays.joined < instances.ends
            and stays.closed > instances.starts

),

within_session as (

    select
        session_number,
        {{ minutes('sum(exited - entered)') }} as clipped,
    from clipped
    where is_seen and not is_staff
    group by session_number

),

-- Connections at once, with staff and without: a device is one, and leaves come before joins.
connected as (

    select
        session_number,
        max(audience) as audience_connections,
        max(everybody) as connections,
    from (
        select
            session_number,
            sum(case when is_staff then 0 else step end) over in_order as audience,
            sum(step) over in_order as everybody,
        from (
            select
                session_number,
                is_staff,
                entered as changed,
                1 as step,
            from clipped
            where entered < exited
            union all
            select
                session_number,
                is_staff,
                exited as changed,
                -1 as step,
            from clipped
            where entered < exited
        ) as steps
        window in_order as (partition by session_number order by changed, step rows unbounded preceding)
    ) as running
    group by session_number

),

ours as (

    select
        sessions.campaign_id,
        sessions.session_id,
        counted.*,
        coalesce(within_session.clipped, 0) as clipped,
        coalesce(connected.audience_connections, 0) as audience_connections,
        coalesce(connected.connections, 0) as connections,
        figures.unique_attendees,
        figures.peak_concurrent,
        {{ minutes('figures.attended_microseconds') }} as attended_minutes,
        {{ minutes('figures.attended_microseconds_low') }} as attended_minutes_low,
        coalesce(absent.value, 0) as without_stay,
    from sessions
    inner join counted on sessions.session_number = counted.session_number
    left join within_session on sessions.session_number = within_session.session_number
    left join connected on sessions.session_number = connected.session_number
    inner join {{ rebuilt_rows(ref('int_live__session_figures')) }} as figures
        on
            sessions.campaign_id = figures.campaign_id
            and sessions.session_id = figures.session_id
            and figures.unique_attendees is not null
    left join stated as absent
        on
            sessions.campaign_id = absent.campaign_id
            and sessions.session_id = absent.session_id
            and absent.measure = 'participants_without_stay'

),

-- Platforms tell whole minutes of each record.
defined as (

    {% for measure, (figure, known) in definitions.items() -%}
        {% set is_last_measure = loop.last -%}
        {% for counts, theirs, differences in known -%}
            select
                campaign_id,
                session_id,
                '{{ measure }}' as measure,
                {{ loop.index }} as definition,
                '{{ counts }}' as platform_counts,
                cast({{ figure }} as double) as ours,
                cast({{ theirs }} as double) as expected,
                cast({{ 'records' if measure == 'attended_minutes' else 0 }} as double) as tolerance,
                {% for cause in causes -%}
                    cast({{ differences.get(cause, '0') }} as double) as {{ cause }},
                {% endfor -%}
            from ours
            union all
        {% endfor -%}
    {% endfor %}
    {% for counts, theirs, differences in registrations -%}
        select
            campaign_id,
            session_id,
            'registrants' as measure,
            {{ loop.index }} as definition,
            '{{ counts }}' as platform_counts,
            cast(registrations as double) as ours,
            cast({{ theirs }} as double) as expected,
            cast(0 as double) as tolerance,
            {% for cause in causes -%}
                cast({{ differences.get(cause, '0') }} as double) as {{ cause }},
            {% endfor -%}
        from {{ rebuilt_rows(ref('int_live__registrations')) }} as registered
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

chosen as (

    select
        defined.*,
        stated.value as platform,
    from defined
    inner join stated
        on
            defined.campaign_id = stated.campaign_id
            and defined.session_id = stated.session_id
            and defined.measure = stated.measure
    qualify row_number() over (
        partition by defined.campaign_id, defined.session_id, defined.measure
        order by abs(defined.expected - stated.value) > defined.tolerance + 1e-6, defined.definition
    ) = 1

),

explained as (

    {% for cause in causes -%}
        select
            *,
            '{{ cause }}' as cause,
            {{ cause }} as difference,
        from chosen
        where abs({{ cause }}) > 1e-9
        union all
    {% endfor -%}
    select
        *,
        case
            when abs(expected - platform) > 1e-9 and abs(expected - platform) <= tolerance + 1e-6 then 'rounding'
            else 'unexplained'
        end as cause,
        expected - platform as difference,
    from chosen

)

select
    campaign_id,
    session_id,
    measure,
    cause,
    platform_counts,
    ours,
    platform,
    ours - platform as residual,
    difference,
from explained

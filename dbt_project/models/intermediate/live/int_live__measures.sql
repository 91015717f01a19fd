{#
    Attendance of the sessions within the campaign's dates: by session; for the campaign by day, week and to date. Sums, and the
    peak, which is that of the highest session, follow from the sessions; people are counted anew for each period. What is per
    basis has the basis as its subject, since stays and samples make no common figure.
#}
{%- set marks = [5, 15, 30] %}
{%- set whole = ["'session'", 'session_id', "'campaign'", "'all'"] %}
{%- set per_basis = ["'session'", 'session_id', "'basis'", 'basis'] %}
{#- Each measure of a session: its figure, why it may be NULL, its subject, and the subject where sessions are put together. -#}
{%- set of_lists = [
    ['registrations', 'registrations', "'no_data'"] + whole,
    ['registered_attendees', 'registered_attendees', 'registration_reason'] + whole,
    ['rated_registrations', 'rated_registrations', 'registration_reason'] + whole,
] %}
{%- set of_attendance = [
    ['unique_attendees', 'unique_attendees', 'people_reason'] + whole,
    ['new_attendees', 'new_attendees', "coalesce(people_reason, 'left_censored')"] + whole,
    ['peak_concurrent', 'peak_concurrent', 'minutes_reason'] + per_basis,
    ['attended_minutes', minutes('attended_microseconds'), 'minutes_reason'] + per_basis,
    ['covered_minutes', minutes('covered_microseconds'), 'minutes_reason'] + per_basis,
    ['person_minutes', minutes('person_microseconds'), 'people_reason'] + whole,
    ['session_views', 'session_views', 'people_reason'] + whole,
    ['attendances', 'unique_attendees', 'people_reason'] + whole,
    ['completed_attendances', 'completed_attendees', 'people_reason'] + whole,
    ['chat_messages', 'chat_messages', "'no_data'"] + per_basis,
    ['chatted_minutes', minutes('chatted_microseconds'), "'no_data'"] + per_basis,
    ['questions_asked', 'questions_asked', "'no_data'"] + whole,
    ['resource_clickers', 'resource_clickers', 'clicks_reason'] + whole,
    ['offered_attendees', 'unique_attendees', 'people_reason'] + whole,
] %}
{%- for mark in marks %}
    {%- set at_mark = ["'session_minute'", "session_id || ':" ~ mark ~ "'", "'minute'", "'" ~ mark ~ "'"] %}
    {%- set beyond = "coalesce(people_reason, 'beyond_session')" %}
    {%- set _ = of_attendance.extend([
        ['present_at_mark', 'present_at_' ~ mark ~ 'm', beyond] + at_mark,
        ['attendances_at_mark', 'attendances_at_' ~ mark ~ 'm', beyond] + at_mark,
        ['stayed_to_mark', 'stayed_' ~ mark ~ 'm', beyond] + at_mark,
        ['could_stay_to_mark', 'could_stay_' ~ mark ~ 'm', beyond] + at_mark,
    ]) %}
{%- endfor %}
with

interactions as (

    select
        campaign_id,
        session_id,
        coalesce(sum(events_within) filter (where kind = 'comment'), 0) as chat_messages,
        coalesce(sum(events_within) filter (where kind = 'question'), 0) as questions_asked,
    from {{ ref('int_live__interactions') }}
    where events_within is not null
    group by campaign_id, session_id

),

sessions as (

    select
        described.campaign_id,
        described.session_id,
        described.event_on,
        described.market,
        described.basis,
        figures.unique_attendees,
        figures.unique_attendees_low as people_low,
        figures.completed_attendees,
        figures.views as session_views,
        newcomers.new_attendees,
        figures.peak_concurrent,
        figures.attended_microseconds,
        figures.covered_microseconds,
        case when described.basis = 'intervals' then figures.attended_microseconds end as person_microseconds,
        registered.registrations,
        registered.registered_attendees,
        case when registered.registered_attendees is not null then registered.registrations end as rated_registrations,
        coalesce(registered.reason, 'no_data') as registration_reason,
        interactions.chat_messages,
        case when interactions.chat_messages is not null then figures.attended_microseconds end as chatted_microseconds,
        interactions.questions_asked,
        clicked.clickers as resource_clickers,
        case when clicked.session_id is null then 'no_click_named' else 'not_reported' end as clicks_reason,
        {% for mark in marks -%}
            {%- for figure, name in [
                ('present_at_' ~ mark ~ 'm', 'present_at_' ~ mark ~ 'm'),
                ('unique_attendees', 'attendances_at_' ~ mark ~ 'm'),
                ('stayed_' ~ mark ~ 'm', 'stayed_' ~ mark ~ 'm'),
                ('could_stay_' ~ mark ~ 'm', 'could_stay_' ~ mark ~ 'm'),
            ] -%}
                case when figures.live_microseconds >= {{ mark * 60000000 }} then figures.{{ figure }} end as {{ name }},
            {% endfor -%}
        {% endfor -%}
        case when coalesce(figures.live_microseconds, 0) <= 0 then 'no_live_time' else 'no_reading' end as minutes_reason,
        case
            when described.basis = 'samples' then 'samples_only'
            when coalesce(figures.live_microseconds, 0) <= 0 then 'no_live_time'
        end as people_reason,
    from {{ ref('int_live__sessions') }} as described
    left join {{ ref('int_live__session_figures') }} as figures
        on described.campaign_id = figures.campaign_id and described.session_id = figures.session_id
    left join {{ ref('int_live__new_attendees') }} as newcomers
        on described.campaign_id = newcomers.campaign_id and described.session_id = newcomers.session_id
    left join {{ ref('int_live__registrations') }} as registered
        on described.campaign_id = registered.campaign_id and described.session_id = registered.session_id
    left join interactions
        on described.campaign_id = interactions.campaign_id and described.session_id = interactions.session_id
    left join {{ ref('int_live__resource_clickers') }} as clicked
        on
            described.campaign_id = clicked.campaign_id
            and described.session_id = clicked.session_id
            and clicked.resource_id = 'all'
    -- A session of more than a day has a wrong date somewhere: it is shown, and in no KPI.
    where described.is_in_campaign and coalesce(figures.live_microseconds <= 86400000000, true)

),

attended as (

    select *
    from sessions
    where basis <> 'registrations'

),

by_session as (

    {% for relation, figures in [('sessions', of_lists), ('attended', of_attendance)] -%}
        {% for measure, figure, reason, subject_type, subject_id, whole_type, whole_id in figures -%}
            select
                campaign_id,
                '{{ measure }}' as measure,
                event_on,
                market,
                {{ subject_type }} as subject_type,
                {{ subject_id }} as subject_id,
                {{ whole_type }} as whole_type,
                {{ whole_id }} as whole_id,
                cast({{ figure }} as double) as value,
                {{ 'cast(case when people_low < unique_attendees then people_low end as double)' if measure == 'unique_attendees'
                    else 'cast(null as double)' }} as low,
                case when {{ figure }} is null then {{ reason }} end as reason,
            from {{ relation }}
            union all
        {% endfor -%}
    {% endfor %}
    {% for measure, figure, reason in [
        ('resource_clickers', 'clicked.clickers', "'not_reported'"),
        ('offered_attendees', 'attended.unique_attendees', 'attended.people_reason'),
    ] -%}
        select
            attended.campaign_id,
            '{{ measure }}' as measure,
            attended.event_on,
            attended.market,
            'session_resource' as subject_type,
            attended.session_id || ':' || clicked.resource_id as subject_id,
            'campaign' as whole_type,
            'all' as whole_id,
            cast({{ figure }} as double) as value,
            cast(null as double) as low,
            case when {{ figure }} is null then {{ reason }} end as reason,
        from attended
        inner join {{ ref('int_live__resource_clickers') }} as clicked
            on
                attended.campaign_id = clicked.campaign_id
                and attended.session_id = clicked.session_id
                and clicked.resource_id <> 'all'
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Sums of the sessions of a day, from which weeks and totals to date follow.
by_day as (

    select
        by_session.campaign_id,
        by_session.measure,
        by_session.event_on,
        counted.market,
        by_session.whole_type,
        by_session.whole_id,
        {{ exact_sum('by_session.value') }} as value,
        case when count(by_session.value) = 0 then min(by_session.reason) end as reason,
    from by_session
    inner join {{ ref('measures') }} as dictionary on by_session.measure = dictionary.measure
    cross join lateral (select unnest([by_session.market, 'all']) as market) as counted
    where dictionary.additivity = 'additive'
    group by
        by_session.campaign_id,
        by_session.measure,
        by_session.event_on,
        counted.market,
        by_session.whole_type,
        by_session.whole_id

),

placed as (

    select
        attended.campaign_id,
        attended.session_id,
        attended.basis,
        attended.unique_attendees,
        attended.people_low,
        attended.peak_concurrent,
        attended.people_reason,
        attended.minutes_reason,
        counted.market,
        attended.event_on as last_on,
        known.period,
        case
            when known.period = 'week' then {{ week_on('attended.event_on', 'markets.week_starts_on') }}
            else attended.event_on
        end as event_on,
    from attended
    cross join lateral (select unnest([attended.market, 'all']) as market) as counted
    cross join (values ('day'), ('week'), ('campaign_to_date')) as known (period)
    left join {{ ref('markets') }} as markets on counted.market = markets.market

),

-- A person is counted where they first attend within the period: to date that is once for all.
arrivals as (

    select
        campaign_id,
        market,
        period,
        event_on,
        count(*) as people,
        count(*) filter (where identity_code = {{ identity_code("'id'") }}) as people_with_id,
        count(*) filter (where identity_code = {{ identity_code("'name'") }}) as full_names,
    from (
        select
            placed.campaign_id,
            placed.market,
            placed.period,
            attendances.person,
            attendances.device,
            -- As on that date: who is known by an id then and by a name later changes no past date.
            min_by(
                attendances.identity_code, struct_pack(event_on := placed.event_on, code := -attendances.identity_code)
            ) as identity_code,
            min(placed.event_on) as event_on,
        from placed
        inner join {{ ref('int_live__attendances') }} as attendances
            on placed.campaign_id = attendances.campaign_id and placed.session_id = attendances.session_id
        group by
            placed.campaign_id,
            placed.market,
            placed.period,
            attendances.person,
            attendances.device,
            case when placed.period <> 'campaign_to_date' then placed.event_on end
    ) as first_attended
    group by campaign_id, market, period, event_on

),

people as (

    select
        grouped.*,
        coalesce(arrivals.people, 0) as people,
        coalesce(arrivals.people_with_id, 0) as people_with_id,
        coalesce(arrivals.full_names, 0) as full_names,
    from (
        select
            campaign_id,
            market,
            period,
            event_on,
            max(last_on) as last_on,
            bool_or(unique_attendees is not null) as has_people,
            max(people_low) as highest_low,
            min(people_reason) as reason,
        from placed
        group by campaign_id, market, period, event_on
    ) as grouped
    left join arrivals
        on
            grouped.campaign_id = arrivals.campaign_id
            and grouped.market = arrivals.market
            and grouped.period = arrivals.period
            and grouped.event_on = arrivals.event_on

),

-- Whoever is known by name alone may be one of those who are known by an id, or of the guests of another session.
people_so_far as (

    select
        campaign_id,
        market,
        period,
        event_on,
        last_on,
        case
            when period <> 'campaign_to_date' then case when has_people then people end
            when bool_or(has_people) over so_far then sum(people) over so_far
        end as people,
        case
            when period <> 'campaign_to_date' then greatest(people_with_id, full_names, highest_low)
            else greatest(sum(people_with_id) over so_far, sum(full_names) over so_far, max(highest_low) over so_far)
        end as people_low,
        reason,
    from people
    window so_far as (
        partition by campaign_id, market, period
        order by event_on
        rows unbounded preceding
    )

),

peaks as (

    select
        campaign_id,
        market,
        period,
        event_on,
        basis,
        max(last_on) as last_on,
        case
            when period = 'campaign_to_date'
                then max(max(peak_concurrent)) over (
                    partition by campaign_id, market, period, basis
                    order by event_on
                    rows unbounded preceding
                )
            else max(peak_concurrent)
        end as peak_concurrent,
        min(minutes_reason) as reason,
    from placed
    group by campaign_id, market, period, event_on, basis

),

-- Advocates as of the last session that says something about them.
advocates as (

    select
        scored.*,
        latest.event_on,
    from {{ ref('int_live__advocates') }} as scored
    inner join (
        select
            campaign_id,
            max(event_on) as event_on,
        from attended
        group by campaign_id
    ) as latest
        on scored.campaign_id = latest.campaign_id

),

-- What a platform's own figure differs by, each cause apart; a session without such a figure says so once.
differences as (

    select
        attended.campaign_id,
        attended.event_on,
        attended.market,
        case when compared.cause is null then 'session' else 'session_cause' end as subject_type,
        concat_ws(':', attended.session_id, compared.measure, compared.cause) as subject_id,
        compared.difference,
    from attended
    left join {{ ref('int_live__reconciliation') }} as compared
        on
            attended.campaign_id = compared.campaign_id
            and attended.session_id = compared.session_id

),

measured as (

    select
        campaign_id,
        measure,
        'session' as period,
        event_on,
        event_on as last_on,
        market,
        subject_type,
        subject_id,
        value,
        low,
        case when low is not null then value end as high,
        reason,
    from by_session
    union all
    select
        campaign_id,
        measure,
        'day' as period,
        event_on,
        event_on as last_on,
        market,
        whole_type as subject_type,
        whole_id as subject_id,
        value,
        cast(null as double) as low,
        cast(null as double) as high,
        reason,
    from by_day
    union all
    select
        campaign_id,
        'unique_attendees' as measure,
        period,
        event_on,
        last_on,
        market,
        'campaign' as subject_type,
        'all' as subject_id,
        cast(people as double) as value,
        cast(case when people_low < people then people_low end as double) as low,
        cast(case when people_low < people then people end as double) as high,
        case when people is null then reason end as reason,
    from people_so_far
    union all
    select
        campaign_id,
        'peak_concurrent' as measure,
        period,
        event_on,
        last_on,
        market,
        'basis' as subject_type,
        basis as subject_id,
        cast(peak_concurrent as double) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        case when peak_concurrent is null then reason end as reason,
    from peaks
    union all
    select
        campaign_id,
        'advocate_score' as measure,
        'campaign_to_date' as period,
        event_on,
        event_on as last_on,
        'all' as market,
        'advocate' as subject_type,
        advocate || ':' || kpi_id as subject_id,
        score as value,
        score_low as low,
        score_high as high,
        reason,
    from advocates
    union all
    select
        campaign_id,
        'residual' as measure,
        'session' as period,
        event_on,
        event_on as last_on,
        market,
        subject_type,
        subject_id,
        difference as value,
        cast(null as double) as low,
        cast(null as double) as high,
        case when difference is null then 'no_data' end as reason,
    from differences

)

select * from measured

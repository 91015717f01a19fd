{#
    A person stands in the week of their first step. Whoever did a step did all before it, in this order and within 7 days of the first, so that
    populations nest; the features that tutorials teach have clocks of their own (int_activation__feature_people).
#}
{%- set funnels = {
    'activation': ['activation.viewed', 'activation.joined'],
    'guide': ['guide.opened', 'guide.section_read', 'guide.completed', 'resource.clicked'],
    'toolkit': ['toolkit.downloaded', 'support.offered'],
    'tutorial': ['tutorial.started', 'tutorial.completed'],
} %}
with

steps as (

    {% for funnel, names in funnels.items() -%}
        {% set outer = loop -%}
        {% for name in names -%}
            select
                '{{ funnel }}' as funnel,
                {{ loop.index }} as step_number,
                '{{ name }}' as step
            {{ 'union all' if not (loop.last and outer.last) }}
        {% endfor %}
    {%- endfor %}

),

done as (

    select
        acts.campaign_id,
        acts.person_key,
        steps.funnel,
        steps.step_number,
        acts.happened_at,
        acts.event_on,
        acts.is_in_campaign,
    from {{ ref('int_activation__acts') }} as acts
    inner join steps on acts.activation = steps.step or acts.reported_as = steps.step
    where acts.person_key is not null

),

step_1 as (

    select
        campaign_id,
        person_key,
        funnel,
        min(event_on) as begun_on,
        min(happened_at) as begun_at,
        min(happened_at) as reached_at,
    from done
    where step_number = 1
    group by campaign_id, person_key, funnel
    having min_by(is_in_campaign, happened_at)

),

{% for number in [2, 3, 4] %}
    step_{{ number }} as (

        select
            before.campaign_id,
            before.person_key,
            before.funnel,
            before.begun_on,
            before.begun_at,
            min(done.happened_at) as reached_at,
        from step_{{ number - 1 }} as before
        inner join done
            on
                before.campaign_id = done.campaign_id
                and before.person_key = done.person_key
                and before.funnel = done.funnel
                and done.step_number = {{ number }}
                and done.happened_at >= before.reached_at
                and done.happened_at <= before.begun_at + interval 7 day
        group by before.campaign_id, before.person_key, before.funnel, before.begun_on, before.begun_at

    ),

{% endfor %}

reached as (

    {% for number in [1, 2, 3, 4] -%}
        select
            campaign_id,
            funnel,
            {{ number }} as step_number,
            begun_on,
            person_key,
        from step_{{ number }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

weeks as (

    select
        campaign_id,
        funnel,
        step_number,
        {{ week_on('begun_on', '1') }} as week_on,
        count(distinct person_key) as people,
    from reached
    group by campaign_id, funnel, step_number, {{ week_on('begun_on', '1') }}

),

-- A week in which nobody got to a step has 0 there.
named as (

    select
        first_steps.campaign_id,
        steps.funnel,
        steps.step,
        steps.step_number,
        first_steps.week_on,
        coalesce(weeks.people, 0) as people,
        cast(null as bigint) as people_before,
    from weeks as first_steps
    inner join steps on first_steps.funnel = steps.funnel
    left join weeks
        on
            first_steps.campaign_id = weeks.campaign_id
            and first_steps.funnel = weeks.funnel
            and first_steps.week_on = weeks.week_on
            and steps.step_number = weeks.step_number
    where first_steps.step_number = 1

),

features as (

    select
        campaign_id,
        {{ week_on('viewed_on', '1') }} as week_on,
        count(*) as candidates,
        count(case when is_observed then 1 end) as observed,
        count(case when is_observed and is_adopter then 1 end) as adopters,
        count(case when is_kept_known then 1 end) as kept_known,
        count(case when is_kept_known and is_kept then 1 end) as kept,
    from {{ ref('int_activation__feature_people') }}
    where is_candidate
    group by campaign_id, {{ week_on('viewed_on', '1') }}

),

-- Each step beside those of the step before whose time for it has passed.
feature_steps as (

    {% for step, number, people, base in [
        ('tutorial.completed', 1, 'candidates', 'null'),
        ('feature.enabled', 2, 'adopters', 'observed'),
        ('feature.still_on', 3, 'kept', 'kept_known'),
    ] -%}
        select
            campaign_id,
            'feature' as funnel,
            '{{ step }}' as step,
            {{ number }} as step_number,
            week_on,
            {{ 'case when ' ~ base ~ ' > 0 then ' ~ people ~ ' end' if number > 1 else people }} as people,
            cast({{ base }} as bigint) as people_before,
        from features
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

combined as (

    select * from named
    union all
    select * from feature_steps

),

based as (

    select
        *,
        coalesce(
            people_before, lag(people) over (partition by campaign_id, funnel, week_on order by step_number)
        ) as base,
    from combined

)

select
    based.campaign_id,
    based.funnel,
    based.step,
    based.step_number,
    based.week_on,
    based.people,
    case when based.step_number > 1 then based.base end as people_before,
    case when based.step_number > 1 then {{ ratio('based.people', 'based.base') }} end as conversion_rate,
    {{ is_provisional('based.week_on + 6', 'activation', 'as_of.as_of') }} as is_provisional,
    case
        when based.people is null then 'not_yet_observed'
        when based.step_number > 1 and based.base = 0 then 'no_denominator'
    end as reason,
from based
cross join {{ ref('int_lake__as_of') }} as as_of

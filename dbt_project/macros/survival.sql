{#
    Kaplan-Meier: by subject, the share of cases that last longer than so many hours, with the cases and the endings at each. Of a case that
    has not ended, the hours say how long it was watched. A row of the relation stands for `number` cases.
#}
{% macro kaplan_meier(cases, subject, hours, has_ended, number='1') %}
    select
        {{ listed(subject) }}
        hours,
        cases,
        endings,
        exp(
            sum(case when endings < at_risk then ln(1 - endings / cast(at_risk as double)) else -1000 end) over (
                partition by {{ subject | join(', ') }}
                order by hours
                rows unbounded preceding
            )
        ) as share_left,
    from (
        select
            {{ listed(subject) }}
            {{ hours }} as hours,
            cast(sum({{ number }}) as bigint) as cases,
            cast(sum(case when {{ has_ended }} then {{ number }} else 0 end) as bigint) as endings,
            sum(sum({{ number }})) over (
                partition by {{ subject | join(', ') }}
                order by {{ hours }} desc
                rows unbounded preceding
            ) as at_risk,
        from {{ cases }}
        group by {{ subject | join(', ') }}, {{ hours }}
    ) as counted
{% endmacro %}

{# The hours by which a part of the cases has ended, from the rows of kaplan_meier; NULL where it has not. #}
{% macro hours_until_ended(part) -%}
    min(case when share_left <= 1 - {{ part }} + 1e-12 then hours end)
{%- endmacro %}

{#
    Figures that stand side by side as measures below each other: pairs of a measure and its figure in the relation, which has the
    columns of the cell and the column `reason`, which says why a figure is NULL. Of those that are `bounded` it also has the bounds;
    only bounds that differ from the figure are kept.
#}
{% macro measures_of(relation, figures, reason='reason', bounded=[]) %}
    {% for measure, figure in figures -%}
        select
            campaign_id,
            '{{ measure }}' as measure,
            period,
            event_on,
            last_on,
            market,
            subject_type,
            subject_id,
            cast({{ figure }} as double) as value,
            {%- for bound in ['low', 'high'] %}
                cast({{ _bound(figure, bound) if figure in bounded else 'null' }} as double) as {{ bound }},
            {%- endfor %}
            case when {{ figure }} is null then {{ reason }} end as reason,
        from {{ relation }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}

{#
    By how much the bounds of a day's figures and of those before them lie further apart than those of their sum, as rows that are
    added to the days of a week (`within_week`) or of the campaign (`within_campaign`) and are no measure of their own.
#}
{% macro shared_bounds(relation, figures) %}
    {% for period, part in [('within_week', 'shared_in_week'), ('within_campaign', 'shared_to_date')] -%}
        {% for figure in figures -%}
            select
                campaign_id,
                '{{ figure }}' as measure,
                '{{ period }}' as period,
                event_on,
                last_on,
                market,
                subject_type,
                subject_id,
                cast(0 as double) as value,
                cast({{ figure }}_{{ part }} as double) as low,
                -cast({{ figure }}_{{ part }} as double) as high,
                cast(null as varchar) as reason,
            from {{ relation }}
            where {{ figure }}_{{ part }} > 0
            {{ 'union all' if not loop.last }}
        {% endfor %}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}

{#
    The dates of a relation (subject, event_on, week_on, view_definition) whose views make no sum with those of the date before, in the
    same week or in the campaign, as the column `period` says.
#}
{% macro redefined_dates(relation, subject) %}
    {% for period, keys in [('within_week', subject + ['week_on']), ('within_campaign', subject)] -%}
        select
            {{ listed(subject) }}
            event_on,
            '{{ period }}' as period,
        from {{ relation }}
        qualify view_definition <> lag(view_definition) over (partition by {{ keys | join(', ') }} order by event_on)
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}

{#
    That sums of these figures over the week, or the campaign to date, would be of several definitions from the dates of a relation on,
    which names the cell and in `period` which of the two (`within_week`, `within_campaign`); the rows are no measure of their own.
#}
{% macro breaks_of(relation, figures) %}
    {% for figure in figures -%}
        select
            campaign_id,
            '{{ figure }}' as measure,
            period,
            event_on,
            event_on as last_on,
            market,
            subject_type,
            subject_id,
            cast(null as double) as value,
            cast(null as double) as low,
            cast(null as double) as high,
            'several_definitions' as reason,
        from {{ relation }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}

{# Measures that are called as their figures. #}
{% macro same_names(figures) -%}
    {%- set pairs = [] -%}
    {%- for figure in figures %}{% do pairs.append((figure, figure)) %}{% endfor -%}
    {{ return(pairs) }}
{%- endmacro %}

{% macro _bound(figure, bound) -%}
    case when {{ figure }}_low < {{ figure }} or {{ figure }}_high > {{ figure }} then {{ figure }}_{{ bound }} end
{%- endmacro %}

{# A sum whose digits do not depend on the order of the rows. #}
{% macro exact_sum(figure, window) -%}
    cast({{ decimal_sum(figure, window) }} as double)
{%- endmacro %}

{# The same before it is rounded, for sums that are summed again. #}
{% macro decimal_sum(figure, window) -%}
    sum(cast({{ figure }} as decimal(38, 12))){{ ' over ' ~ window if window }}
{%- endmacro %}

{# The same of floating point: sorted before they are summed. #}
{% macro sorted_sum(figure) -%}
    list_sum(list_sort(list({{ figure }})))
{%- endmacro %}

{#
    Figures that stand side by side as measures below each other: pairs of a measure and its figure in the relation, which has the
    columns of the cell and `reason`, which says why a figure is NULL.
#}
{% macro measures_of(relation, figures) %}
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
            cast(null as double) as low,
            cast(null as double) as high,
            case when {{ figure }} is null then reason end as reason,
        from {{ relation }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}

{# A sum whose digits do not depend on the order of the rows. #}
{% macro exact_sum(figure, window) -%}
    cast(sum(cast({{ figure }} as decimal(38, 12))) {{ 'over ' ~ window if window }} as double)
{%- endmacro %}

{# The same of floating point: sorted before they are summed. #}
{% macro sorted_sum(figure) -%}
    list_sum(list_sort(list({{ figure }})))
{%- endmacro %}

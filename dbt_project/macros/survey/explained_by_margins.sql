{#
    What the margins explain of a value `z` of the rows of a relation with the given keys, those of a sample among them, and margin_cell:
    `explained` of a respondent in each margin_cell of the sample.
#}
{% macro explained_by_margins(relation, keys) -%}
    {%- set sample = survey_keys('sample') -%}
    select
        {{ listed(keys, 'coefficients') }}
        cells.margin_cell,
        {{ sorted_sum('coefficients.coefficient') }} as explained,
    from (
        select
            {{ listed(keys, 'totals') }}
            projections.margin,
            projections.margin_value,
            {{ sorted_sum('totals.total * projections.inverse') }} as coefficient,
        from (
            select
                {{ listed(keys) }}
                margin,
                list_extract(margin_cell, margin) as margin_value,
                {{ sorted_sum('z') }} as total,
            from (select *, unnest(range(1, array_length(margin_cell) + 1)) as margin from {{ relation }}) as placed
            group by all
        ) as totals
        inner join {{ ref('int_survey__projections') }} as projections
            on
                {{ same('totals', 'projections', sample) }}
                and totals.margin = projections.source_margin
                and totals.margin_value = projections.source_value
        group by all
    ) as coefficients
    inner join (
        select
            {{ listed(sample) }}
            margin_cell,
            margin,
            list_extract(margin_cell, margin) as margin_value,
        from (
            select distinct
                {{ listed(sample) }}
                margin_cell,
                unnest(range(1, array_length(margin_cell) + 1)) as margin,
            from {{ ref('int_survey__profiles') }}
        ) as placed
    ) as cells on {{ same('coefficients', 'cells', sample + ['margin', 'margin_value']) }}
    group by all
{%- endmacro %}

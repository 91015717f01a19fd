{# Whether an answer of a group of respondents is part of tables that are tested: its error is known, and no weight is raked. #}
{% macro is_in_table(estimates) -%}
    (
        {{ estimates }}.answer_code not in ('top', 'bottom', 'net', 'mean')
        and {{ estimates }}.answer_weighted is not null
        and {{ estimates }}.raking_loss_pct is null
        and {{ estimates }}.reason is distinct from 'single_psu_stratum'
    )
{%- endmacro %}

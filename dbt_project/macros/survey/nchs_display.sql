{#
    What the precision of an estimate allows, by the rules of the National Center for Health Statistics for proportions; a net score
    or a mean is held to its effective base and degrees of freedom alone.
#}
{% macro nchs_display() -%}
    case
        when ci_high - ci_low is null or item_base < 30 then 'suppress'
        when is_share and is_unanimous then 'review'
        when is_share and ci_high - ci_low > 0.05 and (ci_high - ci_low >= 0.30 or (ci_high - ci_low) / estimate > 1.30)
            then 'suppress'
        when degrees_of_freedom < 8 then 'review'
        when is_share and ci_high - ci_low > 0.05 and (ci_high - ci_low) / (1 - estimate) > 1.30 then 'footnote'
        else 'show'
    end
{%- endmacro %}

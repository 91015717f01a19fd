{#
    The strata of a relation with n / (n - 1) times the share of the population that was not sampled, `variance_factor`. As R's survey:
    an fpc up to 1 is the sampling fraction, above 1 the number of sampling units in the population.
#}
{% macro variance_factors(strata) -%}
    select
        *,
        case
            when psus > 1 then unsampled_share * psus / (psus - 1)
            when unsampled_share = 0 then 0.0
        end as variance_factor,
    from (
        select
            *,
            has_fpc and not is_fpc_usable as is_fpc_ignored,
            case
                when not is_fpc_usable then 1.0
                when fpc <= 1 then 1.0 - fpc
                else 1.0 - psus / fpc
            end as unsampled_share,
        from (
            select
                *,
                coalesce(is_fpc_constant and fpc > 0 and (fpc <= 1 or fpc >= psus), false) as is_fpc_usable,
            from {{ strata }}
        ) as judged
    ) as corrected
{%- endmacro %}

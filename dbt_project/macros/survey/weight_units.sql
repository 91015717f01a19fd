{# The product of whole numbers of 18 digits at most, exactly. #}
{% macro exact_product(one, other) -%}
    (cast({{ one }} as decimal(19, 0)) * cast({{ other }} as decimal(19, 0)))
{%- endmacro %}

{# What one unit of weight stands for, by sample; and what its raking lost, or that its weights could not be raked. #}
{% macro weights_of_samples() -%}
    select distinct
        {{ listed(survey_keys('sample'), 'profiles') }}
        weights.weight_unit,
        weights.raking_loss_pct,
        weights.is_unraked,
    from (
        select distinct
            profile_id,
            weight_unit,
            raking_loss_pct,
            is_unraked,
        from {{ ref('int_survey__respondents') }}
    ) as weights
    inner join {{ ref('int_survey__profiles') }} as profiles on weights.profile_id = profiles.profile_id
{%- endmacro %}

with

weeks as (

    select
        campaign_id,
        feature,
        {{ week_on('viewed_on', '1') }} as week_on,
        count(*) as viewers,
        count(case when was_on then 1 end) as already_on,
        count(case when is_automatic then 1 end) as switched_automatically,
        count(case when is_candidate then 1 end) as candidates,
        count(case when is_candidate and is_observed then 1 end) as candidates_observed,
        count(case when is_candidate and is_observed and is_adopter then 1 end) as adopters,
        count(case when is_kept_known then 1 end) as adopters_observed,
        count(case when is_kept_known and is_kept then 1 end) as kept,
    from {{ ref('int_activation__feature_people') }}
    group by campaign_id, feature, {{ week_on('viewed_on', '1') }}

)

select
    campaign_id,
    feature,
    week_on,
    viewers,
    already_on,
    switched_automatically,
    candidates,
    candidates_observed,
    adopters,
    {{ ratio('adopters', 'candidates_observed') }} as adoption_rate,
    case
        when candidates = 0 then 'no_denominator'
        when candidates_observed = 0 then 'not_yet_observed'
    end as reason,
    adopters_observed,
    kept,
    {{ ratio('kept', 'adopters_observed') }} as retention_rate,
    case
        when candidates_observed > 0 and adopters = 0 then 'no_denominator'
        when adopters_observed = 0 then 'not_yet_observed'
    end as retention_reason,
from weeks

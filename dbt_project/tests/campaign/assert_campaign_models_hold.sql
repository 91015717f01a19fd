{# Grain of the models about campaigns and their KPIs; figures of a KPI and type of subject are dated together. #}
{{ broken_rules_of({
    'int_campaign__measures': {'grain': ['campaign_id', 'measure', 'event_on', 'period', 'market', 'subject_type', 'subject_id']},
    'int_campaign__kpis': {'grain': ['campaign_id', 'kpi_id', 'event_on', 'period', 'market', 'subject_type', 'subject_id']},
    'int_campaign__missing': {'grain': ['campaign_id', 'kpi_id']},
    'int_campaign__index': {'grain': ['campaign_id', 'kpi_id', 'event_on']},
    'stg_campaign__campaigns': {'grain': ['campaign_id']},
    'stg_campaign__hashtags': {'grain': ['campaign_id', 'hashtag']},
    'stg_campaign__comparison_sets': {'grain': ['campaign_id', 'version', 'hashtag']},
}) }}
union all
select
    'int_campaign__kpis: dated together' as rule,
    concat_ws('/', campaign_id, kpi_id, subject_type) as row_key,
from {{ ref('int_campaign__kpis') }}
group by campaign_id, kpi_id, subject_type
having bool_or(is_dated) and not bool_and(is_dated)

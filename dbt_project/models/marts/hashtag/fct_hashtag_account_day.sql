select
    campaign_id,
    account_key,
    metric_definition,
    event_on,
    max(captured_on) as captured_on,
    {{ account_figures('captured_on') }}
from {{ ref('int_hashtag__account_days') }}
group by campaign_id, account_key, metric_definition, event_on

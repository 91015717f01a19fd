select *
from {{ ref('int_hashtag__account_days') }}
qualify row_number() over (
    partition by campaign_id, account_key, metric_definition, event_on
    order by captured_on desc
) = 1

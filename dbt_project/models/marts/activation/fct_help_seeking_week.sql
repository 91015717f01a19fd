select
    campaign_id,
    week_on,
    market,
    resource_id,
    taps,
    unique_people,
    cells_withheld,
    reason,
from {{ ref('int_activation__help_weeks') }}

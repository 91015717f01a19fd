select
    campaign_id,
    name,
    starts_on,
    ends_on,
    reporting_timezone,
from {{ ref('stg_campaign__campaigns') }}

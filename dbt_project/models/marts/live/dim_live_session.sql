select
    campaign_id,
    session_id,
    title,
    advocate,
    topic,
    platform,
    language,
    country,
    starts_at,
    ends_at,
from {{ ref('int_live__sessions') }}

select
    campaign_id,
    hashtag,
    display_hashtag,
    role = 'campaign' as is_campaign_hashtag,
from {{ ref('campaign_hashtags') }}

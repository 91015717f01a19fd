with

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

)

select
    campaign_id,
    name,
    starts_on,
    ends_on,
    reporting_timezone,
from campaigns

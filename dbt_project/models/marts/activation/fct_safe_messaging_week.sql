select * from {{ ref('int_activation__safety_weeks') }}

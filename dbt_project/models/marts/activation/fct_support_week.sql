select * from {{ ref('int_activation__support_weeks') }}

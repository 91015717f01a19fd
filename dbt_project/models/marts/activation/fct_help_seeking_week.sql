select * from {{ ref('int_activation__help_weeks') }}

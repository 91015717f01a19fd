select * exclude (week_ends_on) from {{ ref('int_hashtag__concentration_weeks') }}

select * from {{ ref('int_hashtag__concentration_weeks') }}

select * from {{ ref('int_hashtag__pair_weeks') }}

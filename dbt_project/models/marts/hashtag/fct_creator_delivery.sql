select * from {{ ref('int_hashtag__deliverables') }}

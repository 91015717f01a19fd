{#
    Which hashtags stand together on posts more often than chance would have it, among the posts with any hashtag that were created
    in the week. Pairs of two seeded hashtags always have a row, others where enough posts and creators support them.
#}
{{ config(materialized='incremental', incremental_strategy='by_posting', posted_on='week_on', posted_days=7) }}
{%- set dates = posted_dates() %}
{%- set least_posts, least_creators = 10, 5 %}
with

{%- if is_incremental() %}

-- All dates of the weeks in which posts came or left.
    posted as (

        select distinct
            changed.campaign_id,
            changed.week_on + day_of_week.number as created_on,
        from (
            select
                posted.campaign_id,
                {{ week_on('posted.posted_on', 'markets.week_starts_on') }} as week_on,
            from {{ dates }} as posted
            left join {{ ref('markets') }} as markets on markets.market = 'all'
        ) as changed
        cross join (values (0), (1), (2), (3), (4), (5), (6)) as day_of_week (number)

    ),
{%- endif %}

tagged as (

    select
        posts.campaign_id,
        posts.video_id,
        posts.creator_key,
        posts.subject_id as hashtag,
        {{ week_on('posts.created_on', 'markets.week_starts_on') }} as week_on,
    from {{ ref('int_hashtag__posts') }} as posts
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on posts.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on posts.market = markets.market
    {%- if is_incremental() %}
        semi join posted on posts.campaign_id = posted.campaign_id and posts.created_on = posted.created_on
    {%- endif %}
    where
        posts.subject_type = 'hashtag'
        and posts.market = 'all'
        and {{ is_in_campaign('posts.created_on') }}

),

weeks as (

    select
        campaign_id,
        week_on,
        count(distinct video_id) as posts,
    from tagged
    group by campaign_id, week_on

),

hashtags as (

    select
        tagged.campaign_id,
        tagged.week_on,
        tagged.hashtag,
        count(seeded.hashtag) > 0 as is_seeded,
        count(*) as posts,
    from tagged
    left join {{ ref('stg_campaign__hashtags') }} as seeded
        on tagged.campaign_id = seeded.campaign_id and tagged.hashtag = seeded.hashtag
    group by tagged.campaign_id, tagged.week_on, tagged.hashtag

),

together as (

    select
        one.campaign_id,
        one.week_on,
        one.hashtag,
        other.hashtag as other_hashtag,
        count(*) as posts_together,
        count(distinct one.creator_key) as creators_together,
    from tagged as one
    inner join tagged as other
        on one.campaign_id = other.campaign_id and one.video_id = other.video_id and one.hashtag <> other.hashtag
    semi join {{ ref('stg_campaign__hashtags') }} as seeded
        on one.campaign_id = seeded.campaign_id and one.hashtag = seeded.hashtag
    group by one.campaign_id, one.week_on, one.hashtag, other.hashtag

),

-- Of two seeded hashtags the first in the alphabet stands first, so that each pair is there once.
pairs as (

    select
        together.campaign_id,
        together.week_on,
        together.hashtag,
        together.other_hashtag,
        together.posts_together,
        together.creators_together,
        one.posts as posts_with_hashtag,
        other.posts as posts_with_other,
        weeks.posts,
        other.is_seeded,
        together.posts_together >= {{ least_posts }} and together.creators_together >= {{ least_creators }} as is_supported,
    from together
    inner join weeks on together.campaign_id = weeks.campaign_id and together.week_on = weeks.week_on
    inner join hashtags as one
        on
            together.campaign_id = one.campaign_id
            and together.week_on = one.week_on
            and together.hashtag = one.hashtag
    inner join hashtags as other
        on
            together.campaign_id = other.campaign_id
            and together.week_on = other.week_on
            and together.other_hashtag = other.hashtag
    where not other.is_seeded or together.hashtag < together.other_hashtag

),

compared as (

    select
        *,
        cast(posts_together as double) * posts / (posts_with_hashtag * posts_with_other) as lift_found,
        cast(posts_together as double) / posts as share_together,
    from pairs
    where is_supported or is_seeded

)

select
    campaign_id,
    week_on,
    hashtag,
    other_hashtag,
    posts,
    posts_with_hashtag,
    posts_with_other,
    posts_together,
    creators_together,
    case when is_supported then lift_found end as lift,
    case when is_supported and share_together < 1 then greatest(-1, least(1, ln(lift_found) / -ln(share_together))) end as npmi,
    case when not is_supported then 'below_support' when share_together = 1 then 'no_denominator' end as reason,
from compared

{# How unevenly the views of a week are spread over the creators whose videos gained or could have gained them. #}
{{ config(materialized='incremental', incremental_strategy='from_date', rebuilt_on='week_ends_on') }}
{%- set least_creators = 30 %}
{%- set subject = ['campaign_id', 'subject_type', 'subject_id', 'market', 'week_on', 'week_ends_on'] %}
with

creators as (

    select
        {{ listed(subject, 'weeks') }}
        weeks.creator_key,
        cast(sum(weeks.views_gross) as bigint) as views,
        min(weeks.view_definition) as first_definition,
        max(weeks.view_definition) as last_definition,
    from {{ ref('int_hashtag__creator_weeks') }} as weeks
    inner join {{ rebuild_from('hashtag') }} as rebuilds on weeks.campaign_id = rebuilds.campaign_id
    where weeks.week_ends_on >= rebuilds.rebuild_from
    group by all

),

ranked as (

    select
        *,
        row_number() over (partition by {{ subject | join(', ') }} order by views, creator_key) as rank_from_below,
        count(*) over (partition by {{ subject | join(', ') }}) as creators,
    from creators

),

summed as (

    select
        {{ listed(subject) }}
        max(creators) as creators,
        cast(sum(views) as bigint) as views,
        -- Of n creators with x views in rising order, Gini = sum((2 i - n - 1) x_i) / (n sum(x)).
        cast(sum((2 * rank_from_below - creators - 1) * cast(views as decimal(38, 0))) as double) as views_by_rank,
        cast(
            coalesce(sum(case when rank_from_below > creators - ceil(creators / cast(100 as double)) then views end), 0) as bigint
        ) as top_views,
        case
            when max(creators) < {{ least_creators }} then 'too_few_creators'
            when min(first_definition) <> max(last_definition) then 'several_definitions'
            when sum(views) = 0 then 'no_denominator'
        end as reason,
    from ranked
    group by {{ subject | join(', ') }}

)

select
    {{ listed(subject) }}
    creators,
    views,
    case when reason is null then views_by_rank end as views_by_rank,
    case when reason is null then top_views end as top_views,
    case when reason is null then {{ ratio('views_by_rank', 'creators * views') }} end as gini,
    case when reason is null then {{ ratio('top_views', 'views') }} end as top_share,
    reason,
from summed

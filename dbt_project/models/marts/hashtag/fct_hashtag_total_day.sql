{#
    The totals that platforms show for hashtags, another figure than the sum of the videos: each date's last one, and how often it
    fell since the reading before.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='from_date',
        post_hook="{{ flip_provisional('hashtag') }}",
    )
}}
{%- set tag = ['campaign_id', 'platform', 'hashtag'] %}
with

readings as (

    select
        readings.campaign_id,
        readings.platform,
        readings.hashtag,
        {{ event_on('readings.observed_at', 'campaigns.reporting_timezone') }} as event_on,
        readings.observed_at,
        readings.views_unit,
        {%- for total in ['views', 'posts'] %}
            readings.{{ total }},
            {{ lowest('readings.' ~ total, 'readings.' ~ total ~ '_unit', 'readings.rounding') }} as {{ total }}_low,
            {{ highest('readings.' ~ total, 'readings.' ~ total ~ '_unit', 'readings.rounding') }} as {{ total }}_high,
        {%- endfor %}
    from {{ ref('stg_hashtag__tag_total_readings') }} as readings
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on readings.campaign_id = campaigns.campaign_id
    -- The same instant in several deliveries is one reading: the latest delivery's.
    qualify row_number() over (
        partition by readings.campaign_id, readings.platform, readings.hashtag, readings.observed_at
        order by readings.landed_on desc, readings.delivery desc, readings.line desc
    ) = 1

),

read_now as (

    select readings.*
    from readings
    inner join {{ rebuild_from('hashtag') }} as rebuilds on readings.campaign_id = rebuilds.campaign_id
    where readings.event_on >= rebuilds.rebuild_from

),

ordered as (

    select
        {{ listed(tag) }}
        event_on,
        observed_at,
        views,
        views_low,
        views_high,
        views_unit,
        posts,
        posts_low,
        posts_high,
        false as is_opening,
    from read_now
    {%- if is_incremental() %}
        union all
        select
            {{ listed(tag, 'days') }}
            days.event_on,
            days.last_observed_at as observed_at,
            days.platform_views as views,
            days.platform_views_low as views_low,
            days.platform_views_high as views_high,
            days.platform_views_unit as views_unit,
            days.platform_posts as posts,
            days.platform_posts_low as posts_low,
            days.platform_posts_high as posts_high,
            true as is_opening,
        from {{ this }} as days
        inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
        where days.event_on < rebuilds.rebuild_from and days.platform_views is not null
        qualify row_number() over (
            partition by days.campaign_id, days.platform, days.hashtag
            order by days.event_on desc
        ) = 1
    {%- endif %}

),

compared as (

    select
        *,
        last_value(views ignore nulls) over before as previous_views,
        last_value(case when views is not null then views_unit end ignore nulls) over before as previous_unit,
    from ordered
    window before as (
        partition by {{ tag | join(', ') }}
        order by observed_at
        rows between unbounded preceding and 1 preceding
    )

),

days as (

    select
        {{ listed(tag) }}
        event_on,
        {%- for total in ['views', 'posts'] %}
            {%- for bound in ['', '_low', '_high'] %}
                max_by({{ total }}{{ bound }}, observed_at) filter (where {{ total }} is not null)
                    as platform_{{ total }}{{ bound }},
            {%- endfor %}
        {%- endfor %}
        max_by(views_unit, observed_at) filter (where views is not null) as platform_views_unit,
        max(observed_at) as last_observed_at,
        count(*) as readings,
        count(case when views < previous_views then 1 end) as falls,
        count(
            case when views < previous_views and previous_views - views <= greatest(views_unit, previous_unit) then 1 end
        ) as falls_within_rounding,
    from compared
    where not is_opening
    group by {{ tag | join(', ') }}, event_on

)

select
    days.*,
    {{ is_provisional('days.event_on', 'hashtag', 'as_of.as_of') }} as is_provisional,
from days
cross join {{ ref('int_lake__as_of') }} as as_of

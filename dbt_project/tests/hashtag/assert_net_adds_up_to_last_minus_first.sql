{# The net changes of a video add up to its last known reading minus the first, or minus 0 where it began there. #}
with

video_days as (

    select * from {{ ref('fct_hashtag_video_day') }}

),

counters as (

    {% for counter in ['views', 'likes', 'comments', 'shares', 'saves'] -%}
        select
            campaign_id,
            video_id,
            '{{ counter }}' as counter,
            event_on,
            {{ counter }} as net,
            {{ counter }}_total as total,
        from video_days
        where {{ counter }}_total is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

summed as (

    select
        campaign_id,
        video_id,
        counter,
        coalesce(sum(net), 0) as net,
        max_by(total, event_on) as last_known,
        min_by(struct_pack(net := net, total := total), event_on) as first_known,
    from counters
    group by campaign_id, video_id, counter

)

select *
from summed
where net <> last_known - case when first_known.net is null then first_known.total else 0 end

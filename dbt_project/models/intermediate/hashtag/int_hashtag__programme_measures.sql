{#
    What paid, partner and organic videos gained, as the seed of programmes has them, and how partners keep what was agreed.
#}
{%- set bounded = bounded_figures() | list %}
{%- set week_begins_on = 'greatest(' ~ week_on('days.event_on', 'markets.week_starts_on') ~ ', campaigns.starts_on)' %}
with

-- Videos count for the campaign as in its own figures: on the dates on which they carried one of its hashtags.
programme_videos as (

    select
        days.campaign_id,
        programmes.programme,
        days.view_definition,
        days.event_on,
        {{ week_on('days.event_on', 'markets.week_starts_on') }} as week_on,
        {%- for bound, change in [('', net), ('_low', net_low), ('_high', net_high)] %}
            {{ change('views', 'days') }} as views{{ bound }},
            {{ engagements(change, 'days') }} as engagements_lcs{{ bound }},
        {%- endfor %}
        {%- for figure, (change, changed) in bounded_figures().items() %}
            {%- for period, begins in [('in_week', week_begins_on), ('to_date', 'campaigns.starts_on')] %}
                {{ shared_width(changed, change, 'days', 'days.' ~ change ~ '_before_on >= ' ~ begins) }}
                    as {{ figure }}_shared_{{ period }},
            {%- endfor %}
        {%- endfor %}
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ ref('int_hashtag__programmes') }} as programmes
        on days.campaign_id = programmes.campaign_id and days.video_id = programmes.video_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on days.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on markets.market = 'all'
    inner join (
        select
            campaign_id,
            list(hashtag) as hashtags,
        from {{ ref('stg_campaign__hashtags') }}
        where is_campaign_hashtag
        group by campaign_id
    ) as tagged on days.campaign_id = tagged.campaign_id and list_has_any(days.hashtags, tagged.hashtags)
    where {{ is_in_campaign('days.event_on') }}

),

programmes as (

    select
        campaign_id,
        'programme' as subject_type,
        programme as subject_id,
        'all' as market,
        'day' as period,
        event_on,
        event_on as last_on,
        {%- for bound in ['', '_low', '_high'] %}
            case when count(distinct view_definition) = 1 then sum(views{{ bound }}) end as views{{ bound }},
            sum(engagements_lcs{{ bound }}) as engagements_lcs{{ bound }},
            case
                when count(distinct view_definition) = 1
                    then sum(case when engagements_lcs is not null then views{{ bound }} end)
            end as rated_views{{ bound }},
            case
                when count(distinct view_definition) = 1
                    then sum(case when views is not null then engagements_lcs{{ bound }} end)
            end as rated_engagements_lcs{{ bound }},
        {%- endfor %}
        {%- for period in ['in_week', 'to_date'] %}
            {%- for figure in bounded %}
                {{ 'sum(engagements_lcs_shared_' ~ period ~ ')' if figure == 'engagements_lcs'
                    else 'case when count(distinct view_definition) = 1 then sum(' ~ figure ~ '_shared_' ~ period ~ ') end' }}
                    as {{ figure }}_shared_{{ period }},
            {%- endfor %}
        {%- endfor %}
        min(case when views is not null then view_definition end) as view_definition,
        min(week_on) as week_on,
        'no_known_change' as reason,
        case when count(distinct view_definition) = 1 then 'no_known_change' else 'several_definitions' end as views_reason,
    from programme_videos
    group by campaign_id, programme, event_on

),

redefined as (

    {{ redefined_dates(
        '(select * from programmes where view_definition is not null) as known',
        ['campaign_id', 'subject_type', 'subject_id', 'market']
    ) }}

),

-- What was agreed counts once it is published in time or its time is over.
agreed as (

    select
        campaign_id,
        subject.type as subject_type,
        subject.id as subject_id,
        market,
        'day' as period,
        least(due_on, coalesce(published_on, due_on)) as event_on,
        least(due_on, coalesce(published_on, due_on)) as last_on,
        count(*) as pieces_agreed,
        count(case when status = 'in_time' then 1 end) as pieces_in_time,
        cast(null as varchar) as reason,
    from (
        select
            campaign_id,
            due_on,
            published_on,
            status,
            subject,
            unnest([market, 'all']) as market,
        from (
            select
                *,
                unnest([
                    struct_pack(type := 'campaign', id := 'all'), struct_pack(type := 'partner', id := partner_id)
                ]) as subject,
            from {{ ref('int_hashtag__deliverables') }}
        ) as pieces
    ) as cells
    where status <> 'not_yet_due'
    group by
        campaign_id, subject.type, subject.id, market, least(due_on, coalesce(published_on, due_on))

),

uplifted as (

    select
        *,
        published_on + 7 as event_on,
    from {{ ref('int_hashtag__deliverables') }}
    where published_on + 7 <= (select as_of from {{ ref('int_lake__as_of') }})

),

uplifted_pieces as (

    select
        campaign_id,
        case when is_boosted then 'boosted' else 'deliverable' end as subject_type,
        deliverable_id as subject_id,
        'all' as market,
        'day' as period,
        event_on,
        event_on as last_on,
        views_7d as partner_views,
        usual_views_7d as usual_views,
        cast(null as double) as partner_views_low,
        cast(null as double) as partner_views_high,
        reason,
    from uplifted

),

-- Uplifts multiply, so that of several their geometric mean is taken, with the interval of a mean on the scale of logarithms.
uplifted_days as (

    select
        campaign_id,
        subject.type as subject_type,
        subject.id as subject_id,
        event_on,
        count(*) as pieces,
        {{ exact_sum('ln(views_7d)') }} as logs_of_views,
        {{ exact_sum('ln(usual_views_7d)') }} as logs_of_usual,
        {{ exact_sum('pow(ln(uplift), 2)') }} as squares,
    from (
        select
            *,
            unnest(case
                when is_boosted then [struct_pack(type := 'boosted', id := 'all')]
                else [
                    struct_pack(type := 'campaign', id := 'all'),
                    struct_pack(type := 'tier', id := tier),
                    struct_pack(type := 'partner', id := partner_id)
                ]
            end) as subject,
        from uplifted
        where uplift > 0
    ) as subjects
    group by campaign_id, subject.type, subject.id, event_on

),

uplifted_so_far as (

    select
        campaign_id,
        subject_type,
        subject_id,
        event_on,
        cast(sum(pieces) over so_far as double) as pieces,
        {{ exact_sum('logs_of_views', 'so_far') }} as logs_of_views,
        {{ exact_sum('logs_of_usual', 'so_far') }} as logs_of_usual,
        {{ exact_sum('squares', 'so_far') }} as squares,
    from uplifted_days
    window so_far as (partition by campaign_id, subject_type, subject_id order by event_on rows unbounded preceding)

),

uplifted_widths as (

    select
        *,
        nullif(pieces - 1, 0) as degrees_of_freedom,
        sqrt(greatest(squares - pow(logs_of_views - logs_of_usual, 2) / pieces, 0) / nullif(pieces - 1, 0) / pieces) as error,
    from uplifted_so_far

),

uplifted_quantiles as (

    select
        *,
        {{ student_quantile('0.95', 'degrees_of_freedom') }} as quantile, -- noqa: PRS
    from uplifted_widths

),

uplifted_to_date as (

    select
        campaign_id,
        subject_type,
        subject_id,
        'all' as market,
        'campaign_to_date' as period,
        event_on,
        event_on as last_on,
        exp(logs_of_views / pieces) as partner_views,
        exp(logs_of_usual / pieces) as usual_views,
        exp(logs_of_views / pieces - quantile * error) as partner_views_low,
        exp(logs_of_views / pieces + quantile * error) as partner_views_high,
        cast(null as varchar) as reason,
    from uplifted_quantiles

),

measured as (

    {{ measures_of('programmes', same_names(['engagements_lcs']), bounded=bounded) }}
    union all
    {{ measures_of(
        'programmes', same_names(['views', 'rated_views', 'rated_engagements_lcs']), reason='views_reason', bounded=bounded
    ) }}
    union all
    {{ shared_bounds('programmes', bounded) }}
    union all
    {{ breaks_of('redefined', ['views', 'rated_views', 'rated_engagements_lcs']) }}
    union all
    {{ measures_of('agreed', same_names(['pieces_agreed', 'pieces_in_time'])) }}
    union all
    {{ measures_of('uplifted_pieces', same_names(['partner_views', 'usual_views'])) }}
    union all
    {{ measures_of('uplifted_to_date', same_names(['partner_views', 'usual_views']), bounded=['partner_views']) }}

)

select * from measured

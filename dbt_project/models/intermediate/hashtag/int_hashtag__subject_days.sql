{{ config(materialized='incremental', incremental_strategy='from_date') }}
{%- set bounds = ['views_low', 'views_high', 'engagements_lcs', 'engagements_lcs_low', 'engagements_lcs_high'] %}
{%- set summed = counters() + bounds + ['engagements_lcss', 'views_gross', 'views_removed'] %}
{%- set figures = summed + ['views_per_hour', 'engagements_per_hour'] %}
{%- set shared_columns = [] %}
{%- for figure in bounded_figures() %}{% do shared_columns.append(figure ~ '_shared') %}{% endfor %}
{%- for change in bounded_changes() %}{% do shared_columns.append(change ~ '_before_on') %}{% endfor %}
with

video_days as not materialized (

    select
        days.campaign_id,
        days.event_on,
        days.hashtags,
        days.creator_country,
        days.view_definition,
        {%- for counter in counters() %}
            {{ net(counter, 'days') }} as {{ counter }},
        {%- endfor %}
        {{ net_low('views', 'days') }} as views_low,
        {{ net_high('views', 'days') }} as views_high,
        {%- for bound, change in [('', net), ('_low', net_low), ('_high', net_high)] %}
            {{ engagements(change, 'days') }} as engagements_lcs{{ bound }},
        {%- endfor %}
        {{ engagements(net, 'days') }} + {{ net('saves', 'days') }} as engagements_lcss,
        {{ gross('views', 'days') }} as views_gross,
        {{ removed('views', 'days') }} as views_removed,
        {{ net('views', 'days') }} / {{ hours_since('views', 'days') }} as views_per_hour,
        ({{ engagements(net, 'days') }}) / {{ hours_since('likes', 'days') }} as engagements_per_hour,
        {%- for figure, (change, changed) in bounded_figures().items() %}
            {{ shared_width(changed, change, 'days', 'days.' ~ change ~ '_before_on >= days.described_since') }}
                as {{ figure }}_shared,
        {%- endfor %}
        {%- for change in bounded_changes() %}
            days.{{ change }}_before_on,
        {%- endfor %}
    from {{ ref('int_hashtag__video_days') }} as days
    inner join {{ rebuild_from('hashtag') }} as rebuilds on days.campaign_id = rebuilds.campaign_id
    where days.event_on >= rebuilds.rebuild_from

),

counted as not materialized (

    {{ hashtag_subjects('video_days', ['event_on', 'view_definition'] + figures + shared_columns) }}

),

placed as not materialized (

    select
        counted.*,
        campaigns.starts_on,
        greatest({{ week_on('counted.event_on', 'markets.week_starts_on') }}, campaigns.starts_on) as week_begins_on,
    from counted
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on counted.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on counted.market = markets.market

),

-- What a rate divides is summed over the video-days of which both parts are known: as cases, which cost less than filters.
summed as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        event_on,
        view_definition,
        {%- for figure in summed %}
            cast(sum({{ figure }}) as bigint) as {{ figure }},
        {%- endfor %}
        {%- for bound in ['', '_low', '_high'] %}
            cast(sum(case when views is not null then engagements_lcs{{ bound }} end) as bigint)
                as rated_engagements_lcs{{ bound }},
            cast(sum(case when engagements_lcs is not null then views{{ bound }} end) as bigint) as rated_views{{ bound }},
        {%- endfor %}
        {%- for counter in ['shares', 'saves'] %}
            cast(sum(case when views is not null then {{ counter }} end) as bigint) as {{ counter }}_on_views,
            cast(sum(case when {{ counter }} is not null then views end) as bigint) as views_with_{{ counter }},
        {%- endfor %}
        -- Both changes have to lie in the week, or in the campaign. A comparison set changes on a date, so there none is shared.
        {%- for period, begins in [('in_week', 'week_begins_on'), ('to_date', 'starts_on')] %}
            {%- for figure, (change, changed) in bounded_figures().items() %}
                cast(
                    sum(
                        case
                            when {{ change }}_before_on >= {{ begins }} and subject_type <> 'comparison_set'
                                then {{ figure }}_shared
                        end
                    ) as bigint
                ) as {{ figure }}_shared_{{ period }},
            {%- endfor %}
        {%- endfor %}
        {{ exact_sum('views_per_hour') }} as views_per_hour,
        {{ exact_sum('engagements_per_hour') }} as engagements_per_hour,
        count(*) as video_readings,
        count(engagements_lcs) as rated_readings,
    from placed
    group by campaign_id, subject_type, subject_id, market, event_on, view_definition

)

select * from summed

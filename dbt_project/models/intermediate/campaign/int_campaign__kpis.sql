{# Every KPI that is computed from a source, and a row that says so for every KPI of the dictionary that is not built yet. #}
with

hashtag as (

    select * from {{ ref('int_campaign__hashtag_kpis') }}

),

live as (

    select * from {{ ref('int_campaign__live_kpis') }}

),

survey as (

    select * from {{ ref('int_campaign__survey_kpis') }}

),

metrics as (

    select * from {{ ref('metrics') }}

),

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

),

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

not_yet_built as (

    select
        campaigns.campaign_id,
        metrics.kpi_id,
        as_of.as_of as event_on,
        as_of.as_of as last_on,
        'campaign_to_date' as period,
        'all' as market,
        'campaign' as subject_type,
        'all' as subject_id,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(null as double) as value,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(null as varchar) as basis,
        metrics.source,
        'not_yet_built' as reason,
    from metrics
    cross join campaigns
    cross join as_of
    where not metrics.is_built and as_of.as_of is not null

),

combined as (

    select * from hashtag
    union all by name
    select * from live
    union all by name
    select * from survey
    union all by name
    select * from not_yet_built

),

look_backs as (

    select * from (
        values
        {% for source in ['hashtag', 'live', 'survey'] -%}
            ('{{ source }}', {{ look_back_days(source) }}){{ ',' if not loop.last }}
        {% endfor %}
    ) as look_back (source, days)

),

matured as (

    select
        combined.*,
        coalesce(combined.last_on > as_of.as_of - look_backs.days, false) as is_provisional,
    from combined
    left join look_backs on combined.source = look_backs.source
    cross join as_of

)

select * from matured

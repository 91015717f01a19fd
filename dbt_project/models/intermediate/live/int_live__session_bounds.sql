with

campaigns as (

    select * from {{ ref('stg_campaign__campaigns') }}

),

sessions as (

    select * from {{ ref('int_live__sessions') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by campaign_id, session_id
            order by landed_on, delivery
        ) as delivery_number,
        case bounds_basis
            when 'note' then 1
            when 'file' then 2
            else 3
        end as bounds_rank,
        case basis
            when 'intervals' then 1
            when 'samples' then 2
            else 3
        end as basis_rank,
        case
            when basis = 'intervals' and identity = 'id' then 1
            when basis = 'intervals' then 2
            else 3
        end as identity_rank,
    from sessions

),

compared as (

    select
        *,
        min(case when starts_at is not null then bounds_rank end) over by_session as start_rank,
        min(case when ends_at is not null then bounds_rank end) over by_session as end_rank,
    from ranked
    window by_session as (partition by campaign_id, session_id)

),

-- Of stated bounds the latest statement holds; of bounds that are events the first and the last, whichever delivery saw them.
merged as (

    select
        campaign_id,
        session_id,
        max_by(title, delivery_number) filter (where title is not null) as title,
        max_by(advocate, delivery_number) filter (where advocate is not null) as advocate,
        max_by(topic, delivery_number) filter (where topic is not null) as topic,
        max_by(platform, delivery_number) filter (where platform is not null) as platform,
        max_by(language, delivery_number) filter (where language is not null) as language,
        max_by(country, delivery_number) filter (where country is not null) as country,
        case min(basis_rank)
            when 1 then 'intervals'
            when 2 then 'samples'
            else 'registrations'
        end as basis,
        case min(identity_rank)
            when 1 then 'id'
            when 2 then 'name'
            else 'none'
        end as identity,
        case
            when min(start_rank) = 3 then min(starts_at)
            else max_by(starts_at, delivery_number) filter (where bounds_rank = start_rank and starts_at is not null)
        end as starts_at,
        case
            when min(end_rank) = 3 then max(ends_at)
            else max_by(ends_at, delivery_number) filter (where bounds_rank = end_rank and ends_at is not null)
        end as ends_at,
    from compared
    group by campaign_id, session_id

),

measured as (

    select
        merged.*,
        {{ event_on('merged.starts_at', 'campaigns.reporting_timezone') }} as event_on,
        {{ microseconds_between('merged.starts_at', 'merged.ends_at') }} as live_microseconds,
    from merged
    inner join campaigns on merged.campaign_id = campaigns.campaign_id

)

select * from measured

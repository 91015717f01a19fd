{#
    What the campaign, its seeded hashtags and comparison sets gained on the dates of the campaign: sums by day, creators counted anew
    for every day, week and campaign to date. Views of several definitions make no sum: there they stand by platform alone.
#}
{%- set cell = ['campaign_id', 'subject_type', 'subject_id', 'market', 'event_on'] %}
{%- set video_subject = ['campaign_id', 'subject_type', 'subject_id', 'market'] %}
{%- set bounded = bounded_figures() | list %}
{%- set week_begins_on = 'greatest(' ~ week_on('days.event_on', 'markets.week_starts_on') ~ ', campaigns.starts_on)' %}
{%- set parts = ['', '_low', '_high', '_shared_in_week', '_shared_to_date'] %}
{%- set counted = ['likes', 'comments', 'shares', 'saves', 'engagements_lcs', 'engagements_per_hour'] %}
{%- set viewed = [
    'views', 'rated_engagements_lcs', 'rated_views', 'shares_on_views', 'views_with_shares', 'saves_on_views', 'views_with_saves',
    'views_gross', 'views_removed', 'views_per_hour',
] %}
with

shown as (

    select
        campaign_id,
        'campaign' as subject_type,
        'all' as subject_id,
    from {{ ref('stg_campaign__campaigns') }}
    union all
    select
        campaign_id,
        'hashtag' as subject_type,
        hashtag as subject_id,
    from {{ ref('stg_campaign__hashtags') }}
    union
    select
        campaign_id,
        'comparison_set' as subject_type,
        version as subject_id,
    from {{ ref('stg_campaign__comparison_sets') }}

),

by_definition as (

    select subject_days.*
    from {{ ref('int_hashtag__subject_days') }} as subject_days
    semi join shown
        on
            subject_days.campaign_id = shown.campaign_id
            and subject_days.subject_type = shown.subject_type
            and subject_days.subject_id = shown.subject_id

),

engagement as (

    select
        {{ listed(cell) }}
        count(*) = 1 as is_of_one_definition,
        {%- for figure in viewed %}
            {%- for bound in parts if not bound or figure in bounded %}
                case when count(*) = 1 then max({{ figure }}{{ bound }}) end as {{ figure }}{{ bound }},
            {%- endfor %}
        {%- endfor %}
        {%- for figure in counted %}
            {%- for bound in parts if not bound or figure in bounded %}
                {{ exact_sum(figure ~ bound) }} as {{ figure }}{{ bound }},
            {%- endfor %}
        {%- endfor %}
    from by_definition
    group by {{ cell | join(', ') }}
    union all
    select
        campaign_id,
        'platform' as subject_type,
        view_definition as subject_id,
        market,
        event_on,
        true as is_of_one_definition,
        {%- for figure in viewed + counted %}
            {%- for bound in parts if not bound or figure in bounded %}
                {{ figure }}{{ bound }},
            {%- endfor %}
        {%- endfor %}
    from by_definition
    where subject_type = 'campaign'

),

posts as (

    select
        post_days.campaign_id,
        post_days.subject_type,
        post_days.subject_id,
        post_days.market,
        post_days.event_on,
        sum(post_days.posts) as posts,
        sum(post_days.posts_with_comments) as posts_with_comments,
        sum(post_days.creators) as creators,
        sum(post_days.week_creators) as week_creators,
        sum(post_days.new_creators) as new_creators,
        sum(post_days.campaign_creators) as campaign_creators,
    from {{ ref('int_hashtag__post_days') }} as post_days
    semi join shown
        on
            post_days.campaign_id = shown.campaign_id
            and post_days.subject_type = shown.subject_type
            and post_days.subject_id = shown.subject_id
    group by post_days.campaign_id, post_days.subject_type, post_days.subject_id, post_days.market, post_days.event_on

),

days as (

    select
        joined.*,
        {{ week_on('joined.event_on', 'markets.week_starts_on') }} as week_on,
        joined.event_on as last_on,
        'day' as period,
        case when joined.is_of_one_definition is null then 'no_reading' else 'no_known_change' end as reason,
        case
            when joined.is_of_one_definition is null then 'no_reading'
            when joined.is_of_one_definition then 'no_known_change'
            else 'several_definitions'
        end as views_reason,
        campaigns.starts_on,
        first_posts.first_on,
    from (
        select
            {%- for key in cell %}
                coalesce(engagement.{{ key }}, posts.{{ key }}) as {{ key }},
            {%- endfor %}
            {%- for figure in viewed + counted %}
                {%- for bound in parts if not bound or figure in bounded %}
                    engagement.{{ figure }}{{ bound }},
                {%- endfor %}
            {%- endfor %}
            engagement.is_of_one_definition,
            coalesce(posts.posts, 0) as posts,
            coalesce(posts.posts_with_comments, 0) as posts_with_comments,
            coalesce(posts.creators, 0) as creators,
            coalesce(posts.new_creators, 0) as new_creators,
            coalesce(posts.campaign_creators, 0) as campaign_creators,
        from engagement
        full outer join (
            select *
            from posts
            where posts > 0
        ) as posts
            on
                engagement.campaign_id = posts.campaign_id
                and engagement.subject_type = posts.subject_type
                and engagement.subject_id = posts.subject_id
                and engagement.market = posts.market
                and engagement.event_on = posts.event_on
    ) as joined
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on joined.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on joined.market = markets.market
    left join (
        select
            campaign_id,
            subject_type,
            subject_id,
            market,
            min(event_on) as first_on,
        from posts
        where posts > 0
        group by campaign_id, subject_type, subject_id, market
    ) as first_posts
        on
            joined.campaign_id = first_posts.campaign_id
            and joined.subject_type = first_posts.subject_type
            and joined.subject_id = first_posts.subject_id
            and joined.market = first_posts.market
    where joined.event_on between campaigns.starts_on and coalesce(campaigns.ends_on, joined.event_on)

),

weeks as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        max(event_on) as last_on,
        sum(new_creators) as new_creators,
        first_on,
        week_on as event_on,
    from days
    where subject_type <> 'platform'
    group by campaign_id, subject_type, subject_id, market, first_on, week_on

),

-- In the first period of a subject everybody would be new.
creators as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'day' as period,
        event_on,
        last_on,
        creators as unique_creators,
        case when event_on > first_on then new_creators end as new_creators,
    from days
    where subject_type <> 'platform'
    union all
    select
        weeks.campaign_id,
        weeks.subject_type,
        weeks.subject_id,
        weeks.market,
        'week' as period,
        weeks.event_on,
        weeks.last_on,
        coalesce(posts.week_creators, 0) as unique_creators,
        case when weeks.event_on > weeks.first_on then weeks.new_creators end as new_creators,
    from weeks
    left join posts
        on
            weeks.campaign_id = posts.campaign_id
            and weeks.subject_type = posts.subject_type
            and weeks.subject_id = posts.subject_id
            and weeks.market = posts.market
            and weeks.event_on = posts.event_on
    union all
    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'campaign_to_date' as period,
        event_on,
        last_on,
        sum(campaign_creators) over so_far as unique_creators,
        case when starts_on > first_on then sum(new_creators) over so_far end as new_creators,
    from days
    where subject_type <> 'platform'
    window so_far as (
        partition by campaign_id, subject_type, subject_id, market
        order by event_on
        rows unbounded preceding
    )

),

-- The volume of the comparison set: each post counted for every hashtag of the set that it carries, and once.
in_sets as (

    select
        days.campaign_id,
        sets.version,
        days.market,
        days.period,
        days.event_on,
        days.last_on,
        sum(days.posts) as set_posts,
        case when count(*) = count(days.views) then sum(days.views) end as set_views,
        min(days.views_reason) as reason,
    from days
    inner join {{ ref('stg_campaign__comparison_sets') }} as sets
        on
            days.campaign_id = sets.campaign_id
            and days.subject_id = sets.hashtag
            and days.event_on >= sets.starts_on
            and days.event_on < sets.ends_before
    where days.subject_type = 'hashtag'
    group by days.campaign_id, sets.version, days.market, days.period, days.event_on, days.last_on

),

volumes as (

    select
        members.campaign_id,
        members.subject_type,
        members.subject_id,
        in_sets.market,
        in_sets.period,
        in_sets.event_on,
        in_sets.last_on,
        coalesce(own.posts, 0) as posts_in_set,
        own.views as views_in_set,
        in_sets.set_posts,
        in_sets.set_views,
        once.posts as set_posts_once,
        once.views as set_views_once,
        coalesce(own.views_reason, in_sets.reason, 'no_reading') as reason,
    from in_sets
    inner join (
        select
            campaign_id,
            version,
            'hashtag' as subject_type,
            hashtag as subject_id,
        from {{ ref('stg_campaign__comparison_sets') }}
        union all
        select distinct
            campaign_id,
            version,
            'campaign' as subject_type,
            'all' as subject_id,
        from {{ ref('stg_campaign__comparison_sets') }}
    ) as members
        on in_sets.campaign_id = members.campaign_id and in_sets.version = members.version
    left join days as own
        on
            {{ same('members', 'own', ['campaign_id', 'subject_type', 'subject_id']) }}
            and {{ same('in_sets', 'own', ['market', 'event_on']) }}
    left join days as once
        on
            in_sets.campaign_id = once.campaign_id
            and once.subject_type = 'comparison_set'
            and in_sets.version = once.subject_id
            and in_sets.market = once.market
            and in_sets.event_on = once.event_on

),

-- Figures to date stand on the campaign's last date of capture.
captured as (

    select
        campaign_id,
        max(event_on) as event_on,
    from {{ ref('int_hashtag__capture_days') }}
    group by campaign_id

),

video_subjects as (

    select subjects.*
    from ({{ hashtag_subjects(ref('int_hashtag__videos'), ['event_on', 'video_id']) }}) as subjects
    semi join shown
        on {{ same('subjects', 'shown', ['campaign_id', 'subject_type', 'subject_id']) }}
    where subjects.subject_type <> 'comparison_set'

),

-- Paid, partner and organic videos of the campaign, as the seed of its programmes has them.
programme_videos as (

    select
        days.campaign_id,
        programmes.programme,
        videos.view_definition,
        days.event_on,
        {%- for bound, change in [('', net), ('_low', net_low), ('_high', net_high)] %}
            {{ change('views', 'days') }} as views{{ bound }},
            {{ change('likes', 'days') }} + {{ change('comments', 'days') }} + {{ change('shares', 'days') }}
                as engagements_lcs{{ bound }},
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
    inner join {{ ref('int_hashtag__videos') }} as videos
        on days.campaign_id = videos.campaign_id and days.video_id = videos.video_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on days.campaign_id = campaigns.campaign_id
    left join {{ ref('markets') }} as markets on markets.market = 'all'
    semi join video_subjects as subjects
        on
            days.campaign_id = subjects.campaign_id
            and days.video_id = subjects.video_id
            and subjects.subject_type = 'campaign'
    where days.event_on between campaigns.starts_on and coalesce(campaigns.ends_on, days.event_on)

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
        'no_known_change' as reason,
        case when count(distinct view_definition) = 1 then 'no_known_change' else 'several_definitions' end as views_reason,
    from programme_videos
    group by campaign_id, programme, event_on

),

lives as (

    select
        subjects.campaign_id,
        subjects.subject_type,
        subjects.subject_id,
        subjects.market,
        lives.hours_to_half,
        lives.hours_to_peak,
        lives.is_complete,
    from video_subjects as subjects
    inner join {{ ref('int_hashtag__video_lives') }} as lives
        on subjects.campaign_id = lives.campaign_id and subjects.video_id = lives.video_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on subjects.campaign_id = campaigns.campaign_id
    where
        lives.created_on between campaigns.starts_on and coalesce(campaigns.ends_on, lives.created_on)
        and lives.first_read_hours <= 48
        and lives.hours_to_half is not null

),

-- Kaplan-Meier: a life that is not complete reaches half of its views no sooner than it had half of those known so far.
at_risk as (

    select
        {{ listed(video_subject) }}
        hours_to_half,
        count(case when is_complete then 1 end) as halved,
        sum(count(*)) over (
            partition by {{ video_subject | join(', ') }}
            order by hours_to_half desc
            rows unbounded preceding
        ) as at_risk,
    from lives
    group by {{ video_subject | join(', ') }}, hours_to_half

),

survived as (

    select
        {{ listed(video_subject) }}
        hours_to_half,
        exp(
            sum(case when halved < at_risk then ln(1 - halved / cast(at_risk as double)) else -1000 end) over (
                partition by {{ video_subject | join(', ') }}
                order by hours_to_half
                rows unbounded preceding
            )
        ) as share_left,
    from at_risk

),

faded as (

    select
        {{ listed(video_subject) }}
        min(case when share_left <= 0.5 + 1e-12 then hours_to_half end) as half_life_hours,
    from survived
    group by {{ video_subject | join(', ') }}

),

peaked as (

    select
        {{ listed(video_subject) }}
        median(case when is_complete then hours_to_peak end) as peak_hours,
    from lives
    group by {{ video_subject | join(', ') }}

),

owned as (

    select
        subjects.campaign_id,
        subjects.subject_type,
        subjects.subject_id,
        subjects.market,
        {{ exact_sum('owned.completion_rate * owned.views') }} as completed_views,
        sum(case when owned.completion_rate is not null then owned.views end) as views_with_completion,
        {{ exact_sum('case when owned.views is not null then owned.watch_seconds end') }} as watch_seconds,
        sum(case when owned.watch_seconds is not null then owned.views end) as views_with_watching,
        sum(case when owned.reach is not null then owned.engagements_lcs end) as engagements_reached,
        count(owned.reach) as videos_with_reach,
    from video_subjects as subjects
    inner join (
        select *
        from {{ ref('int_hashtag__owned_video_days') }}
        qualify row_number() over (partition by campaign_id, video_id order by event_on desc) = 1
    ) as owned
        on subjects.campaign_id = owned.campaign_id and subjects.video_id = owned.video_id
    group by subjects.campaign_id, subjects.subject_type, subjects.subject_id, subjects.market

),

-- Engagement to date with posts whose creators' followers were read before they posted.
followed as (

    select
        posts.campaign_id,
        posts.subject_type,
        posts.subject_id,
        posts.market,
        sum(case when posts.followers_at_posting is not null then videos.engagements_lcs end) as followed_engagements,
        sum(case when videos.engagements_lcs is not null then posts.followers_at_posting end) as followers_at_posting,
    from {{ ref('int_hashtag__posts') }} as posts
    inner join (
        select
            campaign_id,
            video_id,
            {%- for counter in engagement_counters() %}
                coalesce({{ counter }}_read, {{ counter }}_before).value{{ ' +' if not loop.last }}
            {%- endfor %} as engagements_lcs,
        from {{ ref('int_hashtag__videos') }}
    ) as videos
        on posts.campaign_id = videos.campaign_id and posts.video_id = videos.video_id
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on posts.campaign_id = campaigns.campaign_id
    where posts.created_on between campaigns.starts_on and coalesce(campaigns.ends_on, posts.created_on)
    group by posts.campaign_id, posts.subject_type, posts.subject_id, posts.market

),

to_date_ as (

    select
        cells.campaign_id,
        cells.subject_type,
        cells.subject_id,
        cells.market,
        'campaign_to_date' as period,
        captured.event_on,
        captured.event_on as last_on,
        faded.half_life_hours,
        peaked.peak_hours,
        owned.completed_views,
        owned.views_with_completion,
        owned.watch_seconds,
        owned.views_with_watching,
        owned.engagements_reached,
        followed.followed_engagements,
        followed.followers_at_posting,
        -- Reach counts a person once for every video: of a single video it is a figure, of several it is none.
        cast(null as bigint) as reach,
        case when faded.campaign_id is null then 'no_reading' else 'not_reached' end as life_reason,
        case when owned.videos_with_reach > 0 then 'not_additive' else 'not_reported' end as reach_reason,
        'not_reported' as reason,
    from (select distinct {{ video_subject | join(', ') }} from video_subjects) as cells
    inner join captured on cells.campaign_id = captured.campaign_id
    left join faded on {{ same('cells', 'faded', video_subject) }}
    left join peaked on {{ same('cells', 'peaked', video_subject) }}
    left join owned on {{ same('cells', 'owned', video_subject) }}
    left join followed on {{ same('cells', 'followed', video_subject) }}

),

pairs as (

    select
        campaign_id,
        'hashtag_pair' as subject_type,
        concat_ws(' ', hashtag, other_hashtag) as subject_id,
        'all' as market,
        'week' as period,
        week_on as event_on,
        week_on + 6 as last_on,
        case when reason is null then posts_together / cast(posts as double) end as share_together,
        (posts_with_hashtag / cast(posts as double)) * (posts_with_other / cast(posts as double)) as share_by_chance,
        case when reason is null then ln(lift) end as pair_information,
        case when reason is null then -ln(posts_together / cast(posts as double)) end as most_pair_information,
        reason,
    from {{ ref('int_hashtag__pair_weeks') }}

),

concentrations as (

    select
        campaign_id,
        subject_type,
        subject_id,
        market,
        'week' as period,
        week_on as event_on,
        week_on + 6 as last_on,
        views_by_rank,
        creators * views as views_times_creators,
        top_views,
        views as creator_views,
        reason,
    from {{ ref('int_hashtag__concentration_weeks') }}

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

    select *
    from ({{ measures_of('days', same_names(counted), bounded=bounded) }}) as counters
    where subject_type <> 'platform' or measure not in ('likes', 'comments', 'shares', 'saves')
    union all
    {{ measures_of('days', same_names(viewed), reason='views_reason', bounded=bounded) }}
    union all
    select * from ({{ measures_of('days', same_names(['posts', 'posts_with_comments'])) }}) as posted
    where subject_type <> 'platform'
    union all
    {{ measures_of('programmes', same_names(['engagements_lcs']), bounded=bounded) }}
    union all
    {{ measures_of(
        'programmes', same_names(['views', 'rated_views', 'rated_engagements_lcs']), reason='views_reason', bounded=bounded
    ) }}
    union all
    {{ shared_bounds('days', bounded) }}
    union all
    {{ shared_bounds('programmes', bounded) }}
    union all
    {{ measures_of('creators', same_names(['unique_creators', 'new_creators']), reason="'first_period'") }}
    union all
    {{ measures_of('volumes', same_names([
        'posts_in_set', 'views_in_set', 'set_posts', 'set_views', 'set_posts_once', 'set_views_once',
    ])) }}
    union all
    {{ measures_of('to_date_', same_names(['half_life_hours', 'peak_hours']), reason='life_reason') }}
    union all
    {{ measures_of('to_date_', same_names([
        'completed_views', 'views_with_completion', 'watch_seconds', 'views_with_watching', 'followed_engagements',
        'followers_at_posting',
    ])) }}
    union all
    {{ measures_of('to_date_', same_names(['engagements_reached', 'reach']), reason='reach_reason') }}
    union all
    {{ measures_of('pairs', same_names(['share_together', 'share_by_chance', 'pair_information', 'most_pair_information'])) }}
    union all
    {{ measures_of('agreed', same_names(['pieces_agreed', 'pieces_in_time'])) }}
    union all
    {{ measures_of('uplifted_pieces', same_names(['partner_views', 'usual_views'])) }}
    union all
    {{ measures_of('uplifted_to_date', same_names(['partner_views', 'usual_views']), bounded=['partner_views']) }}
    union all
    {{ measures_of('concentrations', same_names(['views_by_rank', 'views_times_creators', 'top_views', 'creator_views'])) }}

)

select * from measured

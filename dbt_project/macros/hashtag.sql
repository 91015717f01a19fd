{# The lifetime counters of a video. #}
{% macro counters() -%}
    {{ return(['views', 'likes', 'comments', 'shares', 'saves']) }}
{%- endmacro %}

{#
    The bounds of a count that was rounded to a unit: half a unit to both sides where it was rounded to the nearest, a unit above where
    it was cut off, half a unit below and a unit above where it is not known which. A count that is written out is exact.
#}
{% macro lowest(count, unit, rounding) -%}
    greatest(
        0, {{ count }} - case when {{ unit }} > 1 and {{ rounding }} is distinct from 'down' then cast({{ unit }} / 2 as bigint) else 0 end
    )
{%- endmacro %}

{% macro highest(count, unit, rounding) -%}
    {{ count }} + case
        when {{ unit }} > 1 and {{ rounding }} = 'nearest' then cast({{ unit }} / 2 as bigint)
        when {{ unit }} > 1 then {{ unit }}
        else 0
    end
{%- endmacro %}

{# What is known of a video beside its counters. #}
{% macro video_attributes() -%}
    {{ return([
        'hashtags', 'display_hashtags', 'creator_key', 'creator_country', 'creator_followers', 'created_at', 'created_on',
        'duration_seconds', 'platform', 'metric_definition', 'view_definition', 'supplier',
    ]) }}
{%- endmacro %}

{# Each tag of a list under the name that the seed gives it; `aliases` has the tags written and, aligned, the tags meant. #}
{% macro under_one_name(tags, aliases) -%}
    list_transform({{ tags }}, lambda tag: coalesce(list_extract({{ aliases }}.meant, list_position({{ aliases }}.written, tag)), tag))
{%- endmacro %}

{# The values of a list that stand where another list has a name for the first time. #}
{% macro at_first(names, values) -%}
    list_transform(
        list_filter(
            range(1, array_length({{ names }}) + 1), lambda place: list_position({{ names }}, list_extract({{ names }}, place)) = place
        ),
        lambda place: list_extract({{ values }}, place)
    )
{%- endmacro %}

{#
    A part of a count of a video's day: of the date's reading (side 'read') or the known one before (side 'before'). Bounds (low, high)
    and times (event_on, read_at) stand in `<side>_details` only where one of the side's counts was rounded or not read at the row's time:
    else both bounds are the count, and the time is the row's, or that of the video's row before.
#}
{% macro part(counter, relation, side, name, captured_at='last_captured_at') -%}
    {%- set count = relation ~ '.' ~ counter ~ '_' ~ side -%}
    {%- set apart = 'list_extract(%s.%s_details, %d).%s' % (relation, side, counters().index(counter) + 1, name) -%}
    {%- set times = {'event_on': 'event_on', 'read_at': captured_at} -%}
    {%- set times = times if side == 'read' else {'event_on': 'previous_on', 'read_at': 'previous_captured_at'} -%}
    {%- if name in times -%}
        case when {{ count }} is not null then coalesce({{ apart }}, {{ relation }}.{{ times[name] }}) end
    {%- else -%}
        coalesce({{ apart }}, {{ count }})
    {%- endif -%}
{%- endmacro %}

{# All that is known of a count, as one value; NULL where it is not known. #}
{% macro reading(counter, relation, side='read', captured_at='last_captured_at') -%}
    case
        when {{ relation }}.{{ counter }}_{{ side }} is not null
            then struct_pack(
                value := {{ relation }}.{{ counter }}_{{ side }},
                low := {{ part(counter, relation, side, 'low') }},
                high := {{ part(counter, relation, side, 'high') }},
                event_on := {{ part(counter, relation, side, 'event_on') }},
                read_at := {{ part(counter, relation, side, 'read_at', captured_at) }}
            )
    end
{%- endmacro %}

{# The counts and details of a side, of such values in columns `<counter><suffix>` of a row of that date and instant. #}
{% macro counts_and_details(relation, suffix, side, event_on, captured_at) -%}
    {%- set readings = [] %}
    {%- for counter in counters() %}{% do readings.append(relation ~ '.' ~ counter ~ suffix) %}{% endfor %}
    {%- for counter in counters() %}
        {{ readings[loop.index0] }}.value as {{ counter }}_{{ side }},
    {%- endfor %}
        case
            when
                {%- for reading in readings %}
                    {{ 'or ' if not loop.first }}{{ reading }}.low < {{ reading }}.high
                    or {{ reading }}.event_on <> {{ relation }}.{{ event_on }}
                    or {{ reading }}.read_at <> {{ relation }}.{{ captured_at }}
                {%- endfor %}
                then [{{ readings | join(', ') }}]
        end as {{ side }}_details,
{%- endmacro %}

{# The change of a counter since its previous known reading, or since 0 for a video that is younger than the capture before. #}
{% macro net(counter, relation) -%}
    ({{ relation }}.{{ counter }}_read - {{ or_from_zero(relation ~ '.' ~ counter ~ '_before', relation) }})
{%- endmacro %}

{# Its bounds, where the readings were rounded. #}
{% macro net_low(counter, relation) -%}
    ({{ part(counter, relation, 'read', 'low') }} - {{ or_from_zero(part(counter, relation, 'before', 'high'), relation) }})
{%- endmacro %}

{% macro net_high(counter, relation) -%}
    ({{ part(counter, relation, 'read', 'high') }} - {{ or_from_zero(part(counter, relation, 'before', 'low'), relation) }})
{%- endmacro %}

{% macro or_from_zero(count, relation) -%}
    coalesce({{ count }}, case when {{ relation }}.starts_from_zero then 0 end)
{%- endmacro %}

{# What engagements_lcs is the sum of. #}
{% macro engagement_counters() -%}
    {{ return(['likes', 'comments', 'shares']) }}
{%- endmacro %}

{# The sum of their changes, or of the bounds of these: `change` is net, net_low or net_high. NULL where one is not known. #}
{% macro engagements(change, relation) -%}
    {%- for counter in engagement_counters() %}{{ change(counter, relation) }}{{ ' + ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{# The changes whose sums have bounds: by name, the counters that have to be known. #}
{% macro bounded_changes() -%}
    {{ return({'viewed': ['views'], 'engaged': engagement_counters(), 'rated': ['views'] + engagement_counters()}) }}
{%- endmacro %}

{# The figures that have bounds: by name, the change and those of its counters that are summed. #}
{% macro bounded_figures() -%}
    {{ return({
        'views': ('viewed', ['views']),
        'engagements_lcs': ('engaged', engagement_counters()),
        'rated_views': ('rated', ['views']),
        'rated_engagements_lcs': ('rated', engagement_counters()),
    }) }}
{%- endmacro %}

{# Whether the change of each of these counters is known. #}
{% macro all_known(counters, relation) -%}
    {%- for counter in counters %}{{ net(counter, relation) }} is not null{{ ' and ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{#
    How much further the bounds of a change and of the change before it lie apart than those of their sum, in which the reading between
    them cancels out: the width of that reading, where the earlier change was counted too.
#}
{% macro shared_width(counters, change, relation, condition) -%}
    case
        when {{ all_known(bounded_changes()[change], relation) }} and {{ condition }}
            then
                {%- for counter in counters %}
                    coalesce(
                        case
                            when {{ part(counter, relation, 'before', 'event_on') }} = {{ relation }}.{{ change }}_before_on
                                then {{ part(counter, relation, 'before', 'high') }} - {{ part(counter, relation, 'before', 'low') }}
                        end,
                        0
                    ){{ ' +' if not loop.last }}
                {%- endfor %}
    end
{%- endmacro %}

{# What it rose by. #}
{% macro gross(counter, relation) -%}
    case when {{ net(counter, relation) }} is not null then greatest({{ net(counter, relation) }}, 0) end
{%- endmacro %}

{# Hours between the two readings of a counter, or since the video was posted where it began at 0. #}
{% macro hours_since(counter, relation) -%}
    nullif(
        {{ microseconds_between(
            'coalesce(' ~ part(counter, relation, 'before', 'read_at') ~ ', ' ~ relation ~ '.created_at)', part(counter, relation, 'read', 'read_at')
        ) }} / cast(3600000000 as double), 0
    )
{%- endmacro %}

{# What the platform took back, of falls of one kind; a fall that rounding alone can explain is none. #}
{% macro removed(counter, relation, kind='true') -%}
    case
        when {{ net(counter, relation) }} is null then null
        when {{ part(counter, relation, 'read', 'high') }} < {{ part(counter, relation, 'before', 'low') }} and {{ kind }}
            then -{{ net(counter, relation) }}
        else 0
    end
{%- endmacro %}

{# A fall by more than half of a video posted anew under its id is a counter that began again; any other is a correction. #}
{% macro is_reset(counter, relation) -%}
    coalesce(
        2 * {{ relation }}.{{ counter }}_read < {{ relation }}.{{ counter }}_before
        and {{ relation }}.created_at <> {{ relation }}.created_before_at,
        false
    )
{%- endmacro %}

{#
    The lower, the rather a video is counted so: as for everybody, as for researchers, as others say, as for its owner. What owners are told
    by an API is exact and of the moment; their exports have rounded counts ("1.2K") of some moment of a day.
#}
{% macro standing(metric_definition) -%}
    case {{ metric_definition }}
        when 'public' then 1
        when 'research_api' then 2
        when 'business_api' then 4
        when 'studio' then 5
        when 'youtube_studio' then 6
        else 3
    end
{%- endmacro %}

{# Whose count of a view it is: figures of two definitions are never summed. #}
{% macro view_definition(relation) -%}
    coalesce(nullif(concat_ws('/', {{ relation }}.platform, {{ relation }}.metric_definition), ''), 'unknown')
{%- endmacro %}

{#
    What the rows of a relation with campaign_id, event_on, hashtags and creator_country count for: every hashtag; the campaign, where
    one of them is the campaign's; the comparison set in force, where one of them is in it. Of all but the hashtags that no seed names
    the market of the creator, and all markets together. With `only_seeded`, hashtags that no seed names and comparison sets are left out.
#}
{% macro hashtag_subjects(relation, columns, only_seeded=false) %}
    {%- set kept = (['campaign_id'] + columns) | join(', ') %}
    {%- if not only_seeded %}
    select
        'hashtag' as subject_type,
        hashtag as subject_id,
        'all' as market,
        {{ kept }},
    from (select {{ kept }}, unnest(hashtags) as hashtag from {{ relation }}) as tagged
    union all
    {%- endif %}
    select
        'hashtag' as subject_type,
        tagged.hashtag as subject_id,
        {{ "unnest([tagged.market, 'all']) as market" if only_seeded else 'tagged.market' }},
        tagged.{{ kept | replace(', ', ', tagged.') }},
    from (
        select {{ kept }}, coalesce(creator_country, 'unknown') as market, unnest(hashtags) as hashtag from {{ relation }}
    ) as tagged
    semi join {{ ref('stg_campaign__hashtags') }} as seeded
        on tagged.campaign_id = seeded.campaign_id and tagged.hashtag = seeded.hashtag
    {%- set groups = {
        'campaign': "select campaign_id, 'all' as subject_id, date '0001-01-01' as starts_on, date '9999-12-31' as ends_before, list(hashtag) as hashtags from "
        ~ ref('stg_campaign__hashtags') ~ " where is_campaign_hashtag group by campaign_id",
        'comparison_set': "select campaign_id, version as subject_id, starts_on, ends_before, list(hashtag) as hashtags from "
        ~ ref('stg_campaign__comparison_sets') ~ " group by campaign_id, version, starts_on, ends_before",
    } %}
    {%- for subject_type, tagged in groups.items() if subject_type == 'campaign' or not only_seeded %}
    union all
    select
        '{{ subject_type }}' as subject_type,
        named.subject_id,
        unnest([coalesce(videos.creator_country, 'unknown'), 'all']) as market,
        videos.{{ kept | replace(', ', ', videos.') }},
    from {{ relation }} as videos
    inner join ({{ tagged }}) as named
        on
            videos.campaign_id = named.campaign_id
            and videos.event_on >= named.starts_on
            and videos.event_on < named.ends_before
    where list_has_any(videos.hashtags, named.hashtags)
    {%- endfor %}
{% endmacro %}

{# The seeded hashtags that rows taken from int_hashtag__videos count for, and the campaign, in the market of the creator. #}
{% macro seeded_subjects(relation, columns) %}
    {%- set kept = (['campaign_id', 'market'] + columns) | join(', ') %}
    select
        'hashtag' as subject_type,
        unnest(seeded_hashtags) as subject_id,
        {{ kept }},
    from {{ relation }}
    union all
    select
        'campaign' as subject_type,
        'all' as subject_id,
        {{ kept }},
    from {{ relation }}
    where is_of_campaign
{% endmacro %}

{# The dates of creation that have lost or gained posts, which int_hashtag__post_days writes down: campaign_id, posted_on. #}
{% macro posted_dates() -%}
    {%- do ref('int_hashtag__post_days') -%}
    {{ target.database }}.intermediate.posted_dates
{%- endmacro %}

{# The dates whose engagement or posts this build brings up to date: campaign_id, event_on. #}
{% macro rebuilt_dates() -%}
    (
        {% for dated in ['int_hashtag__capture_days', 'int_hashtag__post_days'] -%}
            select
                dated.campaign_id,
                dated.event_on,
            from {{ ref(dated) }} as dated
            inner join {{ rebuild_from('hashtag') }} as rebuilds on dated.campaign_id = rebuilds.campaign_id
            where dated.event_on >= rebuilds.rebuild_from
            union
        {% endfor %}
        select
            campaign_id,
            posted_on as event_on,
        from {{ posted_dates() }}
    )
{%- endmacro %}

{# A date (event_on) six days before the first one that changed, by campaign: no week that begins earlier holds a change. #}
{% macro changed_weeks() -%}
    {{ weeks_changed_by(rebuild_from('hashtag'), posted_dates()) }}
{%- endmacro %}

{# The same of relations with the dates to rebuild from and the dates of creation whose posts changed. #}
{% macro weeks_changed_by(rebuilds, posted) -%}
    select
        campaign_id,
        min(changed_on) - 6 as event_on,
    from (
        select
            campaign_id,
            rebuild_from as changed_on,
        from {{ rebuilds }} as rebuilds
        union all
        select
            campaign_id,
            posted_on as changed_on,
        from {{ posted }}
    ) as changes
    group by campaign_id
{%- endmacro %}

{# The rows of a relation that a change may reach: those not dated, or dated in a changed week or later; all in a full refresh. #}
{% macro in_changed_weeks(relation) -%}
    {%- set changed = changed_weeks() -%}
    select known.*
    from {{ relation }} as known
    {% if is_incremental() -%}
        left join ({{ changed }}) as begins on known.campaign_id = begins.campaign_id
        where not known.is_dated or known.event_on >= begins.event_on
    {%- endif %}
{%- endmacro %}

{# The date (event_on) from which on a model of measures builds its dated rows, by campaign: all of them in a full refresh. #}
{% macro first_built() -%}
    {%- set changed = changed_weeks() -%}
    {% if is_incremental() -%}
        {{ changed }}
    {%- else -%}
        select
            campaign_id,
            date '0001-01-01' as event_on,
        from {{ ref('stg_campaign__campaigns') }}
    {%- endif %}
{%- endmacro %}

{# Whether the measures of a source say by `is_dated` which of their rows depend on no later date. #}
{% macro has_dated_rows(source_name) -%}
    {{ return(source_name == 'hashtag') }}
{%- endmacro %}

{# Hashtags that have a line of their own: those of the seeds, and those that ten videos carry. #}
{% macro is_shown(hashtags) -%}
    ({{ hashtags }}.is_seeded or {{ hashtags }}.videos >= 10)
{%- endmacro %}

{# The rows by hashtag and date that a model builds: those of its CTE `dates`, and of its CTE `whole` on every date. #}
{% macro days_to_build(days) -%}
    {% if is_incremental() -%}
        select days.*
        from {{ days }} as days
        -- Rows of earlier dates need not be read.
        inner join (select campaign_id, min(event_on) as event_on from dates group by campaign_id) as begins
            on days.campaign_id = begins.campaign_id
        semi join dates on days.campaign_id = dates.campaign_id and days.event_on = dates.event_on
        where days.subject_type = 'hashtag' and days.market = 'all' and days.event_on >= begins.event_on
        union all
        select days.*
        from {{ days }} as days
        semi join whole on days.campaign_id = whole.campaign_id and days.subject_id = whole.hashtag
        anti join dates on days.campaign_id = dates.campaign_id and days.event_on = dates.event_on
        where days.subject_type = 'hashtag' and days.market = 'all'
    {%- else -%}
        select *
        from {{ days }}
        where subject_type = 'hashtag' and market = 'all'
    {%- endif %}
{%- endmacro %}

{#
    The hashtags of a relation of days, with one row or a few each: on the date of its first post, and before it, it is not known
    which creators are new.
#}
{% macro first_days(days) -%}
    (select * from {{ days }} where new_creators is null)
{%- endmacro %}

{# Hook before a model of days of hashtags is built: the rows of those that are no longer shown leave. #}
{% macro leave_rare_hashtags() %}
    {% if execute and load_cached_relation(this) is not none %}
        delete from {{ this }} as days
        using (
            select distinct
                first_days.campaign_id,
                first_days.hashtag,
            from {{ first_days(this) }} as first_days
            anti join {{ ref('dim_hashtag') }} as hashtags
                on
                    first_days.campaign_id = hashtags.campaign_id
                    and first_days.hashtag = hashtags.hashtag
                    and {{ is_shown('hashtags') }}
        ) as rare
        where days.campaign_id = rare.campaign_id and days.hashtag = rare.hashtag
    {% endif %}
{% endmacro %}

{# The subjects that KPIs are told of: the campaign, its seeded hashtags and its comparison sets. #}
{% macro shown_subjects() -%}
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
{%- endmacro %}

{# Of each figure of an account's day the last that is told; the parts of its viewers are those of the same reading. #}
{% macro account_figures(moment) -%}
    {%- for figure in ['views', 'profile_views', 'likes', 'comments', 'shares', 'viewers', 'followers'] %}
        max_by({{ figure }}, {{ moment }}) filter (where {{ figure }} is not null) as {{ figure }},
    {%- endfor %}
    {%- for part in ['new_viewers', 'returning_viewers'] %}
        struct_extract(
            max_by(struct_pack(people := {{ part }}), {{ moment }}) filter (where viewers is not null), 'people'
        ) as {{ part }},
    {%- endfor %}
{%- endmacro %}

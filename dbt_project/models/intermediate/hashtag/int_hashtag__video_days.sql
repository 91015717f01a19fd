{#
    Cumulative, so that a day is built from the day and what was known before it: of every counter the date's reading (`<counter>_read`)
    and the known one before (`<counter>_before`), see the macro `part`; hashtags, country and creator carried forward as they were last read; the date since
    which it counts for the same subjects (`described_since`), and the last date before of each change that has bounds.
#}
{{ config(materialized='incremental', incremental_strategy='from_date') }}
{%- set counts = [] %}
{%- for counter in counters() %}{% do counts.append(counter ~ '_read') %}{% endfor %}
{%- set described = ['hashtags', 'creator_country', 'view_definition'] %}
{%- set videos = adapter.get_relation(database=target.database, schema='intermediate', identifier='int_hashtag__videos') %}
{%- set windows -%}
    window
        earlier as (
            partition by campaign_id, video_id
            order by event_on
            rows between unbounded preceding and 1 preceding
        ),
        earlier_alike as (
            partition by campaign_id, video_id, metric_definition
            order by event_on
            rows between unbounded preceding and 1 preceding
        ),
        until_now as (
            partition by campaign_id, video_id
            order by event_on
            rows between unbounded preceding and current row
        )
{%- endset %}
with

rebuilds as (

    select * from {{ rebuild_from('hashtag') }}

),

aliases as (

    select
        campaign_id,
        list(alias order by alias) as written,
        list(hashtag order by alias) as meant,
    from (
        select
            campaign_id,
            hashtag,
            unnest(aliases) as alias,
        from {{ ref('stg_campaign__hashtags') }}
    ) as listed
    group by campaign_id

),

-- Tags that are aliases of others count as those, once.
tagged as not materialized (

    select
        readings.*,
        case
            when list_has_any(readings.hashtags, aliases.written) then {{ under_one_name('readings.hashtags', 'aliases') }}
        end as names,
    from {{ ref('stg_hashtag__video_readings') }} as readings
    left join aliases on readings.campaign_id = aliases.campaign_id

),

dated as not materialized (

    select
        readings.campaign_id,
        readings.video_id,
        {{ event_on('readings.captured_at', 'campaigns.reporting_timezone') }} as event_on,
        {{ event_on('readings.created_at', 'campaigns.reporting_timezone') }} as created_on,
        readings.captured_at,
        readings.landed_on,
        readings.delivery,
        readings.line,
        {%- for counter in counters() %}
            readings.{{ counter }},
            readings.{{ counter }}_unit,
        {%- endfor %}
        readings.rounding,
        {{ view_definition('readings') }} as view_definition,
        coalesce(deliveries.supplier, 'unnamed') as supplier,
        {%- for tags in ['hashtags', 'display_hashtags'] %}
            case
                when readings.names is null then readings.{{ tags }}
                else {{ at_first('readings.names', 'readings.names' if tags == 'hashtags' else 'readings.display_hashtags') }}
            end as {{ tags }},
        {%- endfor %}
        {%- set made = ['hashtags', 'display_hashtags', 'created_on', 'view_definition', 'supplier'] %}
        {%- for attribute in video_attributes() if attribute not in made %}
            readings.{{ attribute }},
        {%- endfor %}
    from tagged as readings
    inner join {{ ref('stg_campaign__campaigns') }} as campaigns on readings.campaign_id = campaigns.campaign_id
    left join {{ ref('stg_lake__deliveries') }} as deliveries
        on
            deliveries.source = 'hashtag'
            and readings.landed_on = deliveries.landed_on
            and readings.delivery = deliveries.delivery

),

{%- if is_incremental() and videos %}

-- Where a video's last row lies before the dates to rebuild it is what was known; history is read only where it does not.
    reached as (

        select
            videos.campaign_id,
            videos.video_id,
            rebuilds.rebuild_from,
        from {{ videos }} as videos
        inner join rebuilds on videos.campaign_id = rebuilds.campaign_id
        where videos.event_on >= rebuilds.rebuild_from

    ),

    known_before as not materialized (

        select videos.*
        from (select * exclude (seeded_hashtags, is_of_campaign) from {{ videos }}) as videos
        inner join rebuilds on videos.campaign_id = rebuilds.campaign_id
        where videos.event_on < rebuilds.rebuild_from
        union all
        select history.*
        from {{ this }} as history
        inner join reached on history.campaign_id = reached.campaign_id and history.video_id = reached.video_id
        where history.event_on < reached.rebuild_from
        qualify row_number() over (partition by history.campaign_id, history.video_id order by history.event_on desc) = 1

    ),
{%- endif %}

-- Campaigns that are read by several definitions of a count, which few are.
several as materialized (

    select campaign_id
    from (
        select
            dated.campaign_id,
            dated.metric_definition,
        from dated
        inner join rebuilds on dated.campaign_id = rebuilds.campaign_id
        where dated.event_on >= rebuilds.rebuild_from
        {%- if is_incremental() and videos %}
            union all
            select
                campaign_id,
                metric_definition,
            from {{ videos }}
        {%- endif %}
    ) as told
    group by campaign_id
    having min(metric_definition) <> max(metric_definition)

),

-- Counts of two definitions are never compared: once a video is read by a better one, readings by others do not count.
overruled as materialized (

    select
        campaign_id,
        video_id,
        event_on,
        metric_definition,
    from (
        select
            *,
            min(standing) over (partition by campaign_id, video_id order by event_on) as best_standing,
        from (
            select distinct
                dated.campaign_id,
                dated.video_id,
                dated.event_on,
                dated.metric_definition,
                {{ standing('dated.metric_definition') }} as standing,
            from dated
            semi join several on dated.campaign_id = several.campaign_id
            inner join rebuilds on dated.campaign_id = rebuilds.campaign_id
            where dated.event_on >= rebuilds.rebuild_from
            {%- if is_incremental() and videos %}
                union all
                select
                    known_before.campaign_id,
                    known_before.video_id,
                    known_before.event_on,
                    cast(null as varchar) as metric_definition,
                    {{ standing('known_before.metric_definition') }} as standing,
                from known_before
                semi join several on known_before.campaign_id = several.campaign_id
            {%- endif %}
        ) as told
    ) as ranked
    where standing > best_standing

),

readings as not materialized (

    select
        dated.campaign_id,
        dated.video_id,
        dated.event_on,
        dated.captured_at,
        dated.landed_on,
        dated.delivery,
        dated.line,
        {%- for counter in counters() %}
            dated.{{ counter }} as {{ counter }}_read,
        {%- endfor %}
        case
            when
                greatest(
                    {%- for counter in counters() %}
                        dated.{{ counter }}_unit
                        {{- ',' if not loop.last }}
                    {%- endfor %}
                ) > 1
                then [
                    {%- for counter in counters() %}
                        case
                            when dated.{{ counter }} is not null
                                then struct_pack(
                                    value := dated.{{ counter }},
                                    low := {{ lowest('dated.' ~ counter, 'dated.' ~ counter ~ '_unit', 'dated.rounding') }},
                                    high := {{ highest('dated.' ~ counter, 'dated.' ~ counter ~ '_unit', 'dated.rounding') }},
                                    event_on := dated.event_on,
                                    read_at := dated.captured_at
                                )
                        end
                        {{- ',' if not loop.last }}
                    {%- endfor %}
                ]
        end as read_details,
        {%- for attribute in video_attributes() %}
            dated.{{ attribute }},
        {%- endfor %}
    from dated
    inner join rebuilds on dated.campaign_id = rebuilds.campaign_id
    anti join overruled
        on
            dated.campaign_id = overruled.campaign_id
            and dated.video_id = overruled.video_id
            and dated.event_on = overruled.event_on
            and dated.metric_definition = overruled.metric_definition
    where dated.event_on >= rebuilds.rebuild_from

),

repeated as materialized (

    select
        campaign_id,
        video_id,
        event_on,
    from readings
    group by campaign_id, video_id, event_on
    having count(*) > 1

),

last_known as (

    select
        readings.campaign_id,
        readings.video_id,
        readings.event_on,
        max(readings.captured_at) as last_captured_at,
        {%- set known = {} %}
        {%- for counter in counters() %}
            {%- do known.update({counter ~ '_read': reading(counter, 'readings', captured_at='captured_at')}) %}
        {%- endfor %}
        {%- for attribute in video_attributes() %}{% do known.update({attribute: 'readings.' ~ attribute}) %}{% endfor %}
        {%- for column, told in known.items() %}
            max_by(
                {{ told }},
                struct_pack(
                    captured_at := readings.captured_at,
                    landed_on := readings.landed_on,
                    delivery := readings.delivery,
                    line := readings.line
                )
            ) filter (where readings.{{ column }} is not null) as {{ column }},
        {%- endfor %}
    from readings
    semi join repeated
        on
            readings.campaign_id = repeated.campaign_id
            and readings.video_id = repeated.video_id
            and readings.event_on = repeated.event_on
    group by readings.campaign_id, readings.video_id, readings.event_on

),

-- A single reading of a date is its last; of several each column has the last that is known. In a first build they are more than
-- memory holds, and reading them again costs less than keeping them.
days as {{ 'not ' if not is_incremental() }}materialized (

    select
        readings.campaign_id,
        readings.video_id,
        readings.event_on,
        readings.captured_at as last_captured_at,
        {%- for column in counts + ['read_details'] + video_attributes() %}
            readings.{{ column }},
        {%- endfor %}
    from readings
    anti join repeated
        on
            readings.campaign_id = repeated.campaign_id
            and readings.video_id = repeated.video_id
            and readings.event_on = repeated.event_on
    union all
    select
        campaign_id,
        video_id,
        event_on,
        last_captured_at,
        {{ counts_and_details('last_known', '_read', 'read', 'event_on', 'last_captured_at') }}
        {%- for attribute in video_attributes() %}
            {{ attribute }},
        {%- endfor %}
    from last_known

),

captures as (

    select
        campaign_id,
        event_on,
        lag(last_captured_at) over (partition by campaign_id order by event_on) as previous_captured_at,
    from {{ ref('int_hashtag__capture_days') }}

),

{%- if is_incremental() and videos %}

    openings as (

        select known_before.*
        from known_before
        semi join days on known_before.campaign_id = days.campaign_id and known_before.video_id = days.video_id

    ),

    opening_counts as (

        select
            openings.*,
            {%- for counter in counters() %}
                coalesce({{ reading(counter, 'openings') }}, {{ reading(counter, 'openings', 'before') }}) as {{ counter }}_known,
            {%- endfor %}
        from openings

    ),
{%- endif %}

opened as not materialized (

    select
        days.campaign_id,
        days.video_id,
        days.event_on,
        days.last_captured_at,
        false as is_opening,
        {%- for column in counts + ['read_details'] + video_attributes() %}
            days.{{ column }},
        {%- endfor %}
        days.event_on as first_on,
        -- Judged at the first reading: a video younger than the campaign's capture before it had 0 of everything then.
        coalesce(days.created_at > captures.previous_captured_at, false) as starts_from_zero,
        case when days.hashtags is not null then days.event_on end as tagged_on,
        case when days.created_on is not null then days.event_on end as dated_on,
        cast(null as date) as described_on,
        {%- for change in bounded_changes() %}
            cast(null as date) as {{ change }}_on,
        {%- endfor %}
    from days
    inner join captures on days.campaign_id = captures.campaign_id and days.event_on = captures.event_on
    {%- if is_incremental() and videos %}
        union all
        select
            campaign_id,
            video_id,
            event_on,
            last_captured_at,
            true as is_opening,
            {{ counts_and_details('opening_counts', '_known', 'read', 'event_on', 'last_captured_at') }}
            {%- for attribute in video_attributes() %}
                {{ attribute }},
            {%- endfor %}
            first_on,
            starts_from_zero,
            tagged_on,
            dated_on,
            described_since as described_on,
            {%- for change, changed in bounded_changes().items() %}
                case when {{ all_known(changed, 'opening_counts') }} then event_on else {{ change }}_before_on end as {{ change }}_on,
            {%- endfor %}
        from opening_counts
    {%- endif %}

),

-- Videos that were described anew, or of which only some readings tell a counter or an attribute.
uneven as materialized (

    select
        campaign_id,
        video_id,
    from opened
    group by campaign_id, video_id
    having
        {%- for column in counts + video_attributes() %}
            {{ 'or ' if not loop.first }}count({{ column }}) not in (0, count(*))
        {%- endfor %}
        {%- for attribute in described %}
            or min({{ attribute }}) <> max({{ attribute }})
        {%- endfor %}

),

-- Of all others the reading before says what was known, which costs a fraction of looking further back.
even as (

    select
        opened.campaign_id,
        opened.video_id,
        opened.event_on,
        opened.last_captured_at,
        opened.is_opening,
        lag(opened.event_on) over so_far as previous_on,
        lag(opened.last_captured_at) over so_far as previous_captured_at,
        lag(opened.created_at) over so_far as created_before_at,
        {%- for column in counts + ['read_details'] + video_attributes() %}
            opened.{{ column }},
        {%- endfor %}
        {%- for column in ['first_on', 'starts_from_zero', 'tagged_on', 'dated_on'] %}
            first_value(opened.{{ column }}) over so_far as {{ column }},
        {%- endfor %}
        {%- for column in counts + ['read_details'] %}
            lag(opened.{{ column }}) over so_far as {{ column | replace('read', 'before') }},
        {%- endfor %}
        first_value(case when opened.is_opening then opened.described_on else opened.event_on end) over so_far as described_since,
        {%- for change, changed in bounded_changes().items() %}
            lag(
                case
                    when opened.is_opening then opened.{{ change }}_on
                    {%- for counter in changed %}
                        when opened.{{ counter }}_read is null then null
                    {%- endfor %}
                    else opened.event_on
                end
            ) over so_far as {{ change }}_on,
        {%- endfor %}
    from opened
    anti join uneven on opened.campaign_id = uneven.campaign_id and opened.video_id = uneven.video_id
    window so_far as (partition by opened.campaign_id, opened.video_id order by opened.event_on)

),

carried as (

    select
        opened.campaign_id,
        opened.video_id,
        opened.event_on,
        opened.last_captured_at,
        opened.is_opening,
        last_value(opened.event_on) over earlier as previous_on,
        last_value(opened.last_captured_at) over earlier as previous_captured_at,
        last_value(opened.created_at ignore nulls) over earlier as created_before_at,
        {%- for column in counts + ['read_details'] %}
            opened.{{ column }},
        {%- endfor %}
        {%- for attribute in video_attributes() %}
            last_value(opened.{{ attribute }} ignore nulls) over until_now as {{ attribute }},
        {%- endfor %}
        first_value(opened.first_on) over until_now as first_on,
        first_value(opened.starts_from_zero) over until_now
        and coalesce(first_value(opened.metric_definition) over until_now = opened.metric_definition, true) as starts_from_zero,
        min(opened.tagged_on) over until_now as tagged_on,
        min(opened.dated_on) over until_now as dated_on,
        {%- for counter in counters() %}
            last_value({{ reading(counter, 'opened') }} ignore nulls) over earlier_alike as {{ counter }}_known,
        {%- endfor %}
        {%- for attribute in described %}
            last_value(opened.{{ attribute }} ignore nulls) over earlier as {{ attribute }}_before,
        {%- endfor %}
        opened.described_on,
        {%- for change in bounded_changes() %}
            opened.{{ change }}_on,
        {%- endfor %}
    from opened
    semi join uneven on opened.campaign_id = uneven.campaign_id and opened.video_id = uneven.video_id
    {{ windows }}

),

counted as (

    select
        * exclude ({{ counters() | join('_known, ') }}_known),
        {{ counts_and_details('carried', '_known', 'before', 'previous_on', 'previous_captured_at') }}
    from carried

),

chained as (

    select
        * exclude (
            {{ described | join('_before, ') }}_before,
            {{ bounded_changes() | join('_on, ') }}_on,
            described_on
        ),
        max(
            case
                when is_opening then described_on
                {%- for attribute in described %}
                    when {{ attribute }} is distinct from {{ attribute }}_before then event_on
                {%- endfor %}
            end
        ) over until_now as described_since,
        {%- for change, changed in bounded_changes().items() %}
            max(case when is_opening then {{ change }}_on when {{ all_known(changed, 'counted') }} then event_on end)
                over earlier as {{ change }}_before_on,
        {%- endfor %}
    from counted
    {{ windows }}

)

select * exclude (is_opening)
from chained
where not is_opening
union all
-- A first reading is a change only of a video that began at 0.
select
    * exclude (is_opening, {{ bounded_changes() | join('_on, ') }}_on),
    {%- for change in bounded_changes() %}
        case when starts_from_zero or {{ change }}_on > first_on then {{ change }}_on end as {{ change }}_before_on,
    {%- endfor %}
from even
where not is_opening

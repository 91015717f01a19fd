{#
    What a build has to bring up to date, and how rows leave and enter. A day depends on nothing that was read later, so dated
    rows of a campaign are rebuilt from the earliest date that changed; sessions and waves (units) are rebuilt one by one.
    `intermediate.held` has a row for every version of a delivery, and unit of it, that may stand in some model: what left the
    ledger or is new in it is not everywhere until a build has finished. A post that is read today may be years old: which dates of
    creation have lost or gained posts since then stands in `intermediate.posted_dates`.

    A source whose rows are rebuilt by unit says so in its yml: config.meta.rebuild_unit of the lake table that tells which units a
    delivery holds lists the columns that name one. Any other source is rebuilt by date. Its config.meta.rebuild_together
    names a column that says whether the units with the same first column are rebuilt when one of them is, as the waves of a panel are:
    such a delivery has, beside its units, one of the first column alone.
#}

{# Hook before every build. No model: it outlives full refreshes and is written in the transaction of stg_lake__versions. #}
{% macro create_held() %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        create schema if not exists {{ target.database }}.intermediate;
        create table if not exists {{ target.database }}.intermediate.held (
            source varchar, landed_on date, delivery varchar, state_hash varchar, campaign_id varchar,
            unit varchar[], first_on date, last_on date, is_everywhere boolean
        );
        create table if not exists {{ target.database }}.intermediate.posted_dates (campaign_id varchar, posted_on date);
    {% endif %}
{% endmacro %}

{# Post-hook of stg_lake__versions, in its transaction: written at the end of a build only, a version that was built and then
   withdrawn while the build was cut off would stay. #}
{% macro begin_rebuild() %}
    update {{ target.database }}.intermediate.held
    set is_everywhere = false
    where
        is_everywhere
        {% if not flags.FULL_REFRESH -%}
        and not exists (
            select 1
            from {{ this }} as versions
            where
                versions.source = held.source
                and versions.landed_on = held.landed_on
                and versions.delivery = held.delivery
                and versions.state_hash = held.state_hash
        )
        {%- endif %};
    insert into {{ target.database }}.intermediate.held by name
    select versions.*, false as is_everywhere
    from {{ this }} as versions
    anti join {{ target.database }}.intermediate.held
        on
            versions.source = held.source
            and versions.landed_on = held.landed_on
            and versions.delivery = held.delivery
            and versions.state_hash = held.state_hash
{% endmacro %}

{#
    Hook after every build: where every model was built and nothing failed, every model holds the ledger that the build read. The
    variable `unchanged` names those that would have come out the same.
#}
{% macro finish_rebuild(results) %}
    {% if execute and flags.WHICH in ('run', 'build') %}
        {%- set built = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list -%}
        {%- set failed = results | rejectattr('status', 'in', ['success', 'pass', 'warn', 'no-op']) | list -%}
        {%- set nodes = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
        {%- set models = nodes | map(attribute='unique_id') | reject('in', var('unchanged', [])) | list -%}
        {%- if not failed and not (models | reject('in', built) | list) -%}
            {% do hold_versions() %}
        {%- endif -%}
    {% endif %}
{% endmacro %}

{% macro hold_versions() %}
    {% do run_query(
        'create or replace table ' ~ target.database ~ '.intermediate.held as ' ~
        'select versions.*, true as is_everywhere from ' ~ target.database ~ '.staging.stg_lake__versions as versions; ' ~
        'delete from ' ~ target.database ~ '.intermediate.posted_dates'
    ) %}
{% endmacro %}

{# Hook before and after a model of posts by date of creation (event_on) and of reading (read_on) is rebuilt. #}
{% macro note_posted_dates(is_built) %}
    {% if execute and (is_built or load_cached_relation(this) is not none) %}
        insert into {{ target.database }}.intermediate.posted_dates
        select distinct
            posts.campaign_id,
            posts.event_on,
        from {{ this }} as posts
        inner join {{ rebuild_from(source_of(model)) }} as rebuilds on posts.campaign_id = rebuilds.campaign_id
        where posts.read_on >= rebuilds.rebuild_from
    {% endif %}
{% endmacro %}

{# The source that a model belongs to: the folder that it stands in. #}
{% macro source_of(node) -%}
    {{ node.fqn[-2] }}
{%- endmacro %}

{# The columns that name a unit of a source; none where its rows are rebuilt by date. #}
{% macro rebuild_unit(source_name) -%}
    {%- set tables = graph.sources.values() if execute else [] -%}
    {%- for table in tables if table.source_name == source_name and table.config.meta.rebuild_unit -%}
        {{ return(table.config.meta.rebuild_unit) }}
    {%- endfor -%}
    {{ return([]) }}
{%- endmacro %}

{# The dates to rebuild of a source: campaign_id, rebuild_from. #}
{% macro rebuild_from(source_name) -%}
    (select campaign_id, rebuild_from from {{ ref('stg_lake__rebuilds') }} where source = '{{ source_name }}')
{%- endmacro %}

{# The units to rebuild of a source: campaign_id and the columns that name a unit. #}
{% macro rebuilt_units(source_name) -%}
    (
        select
            campaign_id,
            {%- for column in rebuild_unit(source_name) %}
            list_extract(unit, {{ loop.index }}) as {{ column }},
            {%- endfor %}
        from {{ ref('stg_lake__rebuilds') }}
        where source = '{{ source_name }}' and unit is not null
    )
{%- endmacro %}

{#
    The rows of a lake table that this build reads: of every delivery in effect that reaches into the dates, or holds one of the
    units, to be rebuilt. It may bring rows of other dates and units with them. `--vars 'audit: true'` reads every delivery.
#}
{% macro delivered(source_name, lake_table) -%}
    {%- set everything = source(source_name, lake_table) -%}
    {%- set deliveries -%}
        select distinct
            versions.landed_on,
            versions.delivery,
        from {{ ref('stg_lake__versions') }} as versions
        {% if not var('audit', false) -%}
        inner join {{ ref('stg_lake__rebuilds') }} as rebuilds
            on
                versions.source = rebuilds.source
                and versions.campaign_id = rebuilds.campaign_id
                and versions.unit is not distinct from rebuilds.unit
                and (versions.unit is not null or versions.last_on >= rebuilds.rebuild_from)
        {% endif -%}
        where versions.source = '{{ source_name }}'
        order by versions.landed_on, versions.delivery
    {%- endset -%}
    {{ lake_files(lake_table, deliveries) }}
{%- endmacro %}

{# Rows of a model that a build has brought up to date, for its tests; all of them with `--vars 'audit: true'`. #}
{% macro rebuilt_rows(relation) -%}
    {%- set nodes = graph.nodes.values() | selectattr('relation_name', 'defined') if execute else [] -%}
    {%- set node = nodes | selectattr('relation_name', 'equalto', relation | string) | list | first -%}
    {%- set strategy = node.config.incremental_strategy if node and not var('audit', false) -%}
    {%- if strategy and node.config.get('posted_on') -%}
        (
            select built.*
            from {{ relation }} as built
            where
                exists (
                    select 1
                    from {{ target.database }}.intermediate.posted_dates as posted
                    where {{ is_posted('posted', 'built', node.config) }}
                )
                {%- if strategy == 'from_date' %}
                or exists (
                    select 1
                    from {{ target.database }}.staging.stg_lake__rebuilds as rebuilds
                    where
                        rebuilds.source = '{{ source_of(node) }}'
                        and rebuilds.campaign_id = built.campaign_id
                        and rebuilds.rebuild_from <= built.{{ node.config.get('rebuilt_on', 'event_on') }}
                )
                {%- endif %}
        )
    {%- elif strategy in ('from_date', 'by_unit') -%}
        (
            select built.*
            from {{ relation }} as built
            semi join {{ target.database }}.staging.stg_lake__rebuilds as rebuilds
                on
                    rebuilds.source = '{{ source_of(node) }}'
                    and built.campaign_id = rebuilds.campaign_id
                    {%- if strategy == 'from_date' %}
                    and built.{{ node.config.get('rebuilt_on', 'event_on') }} >= rebuilds.rebuild_from
                    {%- endif %}
                    {%- for column in rebuild_unit(source_of(node)) %}
                    and built.{{ column }} = list_extract(rebuilds.unit, {{ loop.index }})
                    {%- endfor %}
        )
    {%- elif strategy in ('from_changed_week', 'dated') -%}
        {%- set rebuilds = "(select * from %s.staging.stg_lake__rebuilds where source = 'hashtag')" % target.database -%}
        {%- set changed = weeks_changed_by(rebuilds, target.database ~ '.intermediate.posted_dates') -%}
        (
            select built.*
            from {{ relation }} as built
            {%- if node.config.get('dated_in') %}
            {{ without_kept('built', node.config.get('dated_in'), changed) }}
            {%- else %}
            left join ({{ changed }}) as begins on built.campaign_id = begins.campaign_id
            where built.event_on >= begins.event_on {{ 'or not built.is_dated' if strategy == 'dated' }}
            {%- endif %}
        )
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{# The files of some deliveries in a lake table, by name, since a pattern opens every file; the empty one first. #}
{% macro lake_files(lake_table, deliveries) -%}
    {%- set folder = env_var('CAMPAIGN_HOME') ~ '/lake/' ~ lake_table ~ '/landed_on=' -%}
    {%- set files = [sql_path(folder ~ '1970-01-01/_schema.parquet')] -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'test', 'show') -%}
        {%- set named = [] -%}
        {%- for landed_on, delivery in run_query(deliveries).rows -%}
            {%- do named.append(sql_path(folder ~ landed_on ~ '/' ~ delivery ~ '.parquet')) -%}
        {%- endfor -%}
        {%- if named -%}
            {%- for file in run_query('select file from glob([' ~ named | join(', ') ~ ']) order by file').columns[0].values() -%}
                {%- do files.append(sql_path(file)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    read_parquet([{{ files | join(', ') }}], union_by_name = true, hive_partitioning = true)
{%- endmacro %}

{# A path as a literal that is taken as it is, whatever characters it holds. #}
{% macro sql_path(path) -%}
    '{{ path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') | replace("'", "''") }}'
{%- endmacro %}

{#
    Incremental strategy: a campaign's rows from its first changed date on are replaced. Where the model has a unique_key, so are the
    rows of the keys that it brings; where it has `posted_on`, so are those of the dates of creation whose posts changed. Config
    `rebuilt_on` names the date, if it is not event_on.
#}
{% macro get_incremental_from_date_sql(arg_dict) %}
    delete from {{ arg_dict['target_relation'] }} as target
    using {{ target.database }}.staging.stg_lake__rebuilds as rebuilds
    where
        rebuilds.source = '{{ source_of(model) }}'
        and rebuilds.campaign_id = target.campaign_id
        and rebuilds.rebuild_from <= target.{{ config.get('rebuilt_on', 'event_on') }};

    {% if config.get('posted_on') -%}
    {{ delete_posted(arg_dict['target_relation']) }}
    {%- endif %}

    {% if arg_dict['unique_key'] -%}
    delete from {{ arg_dict['target_relation'] }} as target
    using {{ arg_dict['temp_relation'] }} as brought
    where
        {%- for column in arg_dict['unique_key'] %}
        target.{{ column }} = brought.{{ column }}{{ ' and' if not loop.last }}
        {%- endfor %};
    {%- endif %}

    insert into {{ arg_dict['target_relation'] }} by name select * from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{# Incremental strategy: the rows of every unit of which a delivery changed are replaced, and go where nothing holds it. #}
{% macro get_incremental_by_unit_sql(arg_dict) %}
    delete from {{ arg_dict['target_relation'] }} as target
    using {{ target.database }}.staging.stg_lake__rebuilds as rebuilds
    where
        rebuilds.source = '{{ source_of(model) }}'
        and rebuilds.campaign_id = target.campaign_id
        {%- for column in rebuild_unit(source_of(model)) %}
        and list_extract(rebuilds.unit, {{ loop.index }}) = target.{{ column }}
        {%- endfor %};

    insert into {{ arg_dict['target_relation'] }} by name select * from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{# Incremental strategy: a campaign's rows from the first week on in which a reading or a post changed are replaced. #}
{% macro get_incremental_from_changed_week_sql(arg_dict) %}
    delete from {{ arg_dict['target_relation'] }} as target
    using ({{ changed_weeks() }}) as begins
    where begins.campaign_id = target.campaign_id and begins.event_on <= target.event_on;

    insert into {{ arg_dict['target_relation'] }} by name select * from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{#
    Incremental strategy: only rows that are `is_dated` and before the first week in which anything changed stay. A mart, whose readers
    need not see that column, names the model that has it for each KPI and type of subject: config `dated_in`.
#}
{% macro get_incremental_dated_sql(arg_dict) %}
    delete from {{ arg_dict['target_relation'] }} as target
    where
        {%- if config.get('dated_in') %}
        rowid in (
            select built.rowid
            from {{ arg_dict['target_relation'] }} as built
            {{ without_kept('built', config.get('dated_in'), changed_weeks()) }}
        );
        {%- else %}
        not is_dated
        or exists (
            select 1
            from ({{ changed_weeks() }}) as begins
            where begins.campaign_id = target.campaign_id and begins.event_on <= target.event_on
        );
        {%- endif %}

    insert into {{ arg_dict['target_relation'] }} by name select * from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{# Leaves out the rows of KPIs that stay; a row that never matures is none of them. #}
{% macro without_kept(rows, model, changed) -%}
    anti join (
        select
            dated.campaign_id,
            dated.kpi_id,
            dated.subject_type,
            coalesce(begins.event_on, date '9999-12-31') as begins_on,
        from (
            select distinct
                campaign_id,
                kpi_id,
                subject_type,
            from {{ target.database }}.intermediate.{{ model }}
            where is_dated
        ) as dated
        left join ({{ changed }}) as begins on dated.campaign_id = begins.campaign_id
    ) as kept
        on
            {{ same(rows, 'kept', ['campaign_id', 'kpi_id', 'subject_type']) }}
            and {{ rows }}.event_on < kept.begins_on
            and {{ rows }}.matures_on is not null
{%- endmacro %}

{#
    Hook after a mart whose rows stay: the latest landing tells what may still change, until a row's `matures_on` or, of a source, as long
    as it looks back. Only the rows whose flag flips are written.
#}
{% macro flip_provisional(source=none) %}
    update {{ this }}
    set is_provisional = not is_provisional
    where is_provisional <> (
        {{ 'event_on + ' ~ look_back_days(source) if source else 'matures_on' }} > (select as_of from {{ ref('int_lake__as_of') }})
    )
{% endmacro %}

{# Incremental strategy: the rows of the dates of creation whose posts changed are replaced. #}
{% macro get_incremental_by_posting_sql(arg_dict) %}
    {{ delete_posted(arg_dict['target_relation']) }}
    insert into {{ arg_dict['target_relation'] }} by name select * from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{% macro delete_posted(relation) %}
    delete from {{ relation }} as target
    using {{ target.database }}.intermediate.posted_dates as posted
    where {{ is_posted('posted', 'target', config) }};
{% endmacro %}

{# Whether a row tells of posts of a date: config `posted_on` names its date, or the first of its `posted_days`. #}
{% macro is_posted(posted, row, config) -%}
    {%- set first_on = row ~ '.' ~ config.get('posted_on') -%}
    {%- set days_before = config.get('posted_days', 1) - 1 -%}
    {{ posted }}.campaign_id = {{ row }}.campaign_id
    and {{ first_on }} {{ 'between %s.posted_on - %d and' % (posted, days_before) if days_before else '=' }} {{ posted }}.posted_on
{%- endmacro %}

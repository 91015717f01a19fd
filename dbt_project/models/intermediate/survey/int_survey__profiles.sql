{#
    Those of a delivery who differ in nothing but their weight and their answers, who are tallied together. `margin_cell` has their
    values in the margins of the seed survey_margins, if it has lines for the sample, and `shares` the population's for each.
#}
{%- set sample = survey_keys('sample') %}
{%- set of_sample = joined(sample) %}
with

profiles as (

    select
        {{ listed(['landed_on', 'delivery', 'profile'], 'alike') }}
        alike.quality_screen,
        {{ listed(sample + ['cluster'], 'delivered') }}
        coalesce(delivered.stratum, '') as stratum,
        list_sort(list_concat(
            delivered.segments,
            case
                when alike.quality_screen = '' then []
                else [struct_pack(segment_name := 'quality_screen', segment_value := alike.quality_screen)]
            end
        )) as segments,
    from (
        select distinct {{ joined(['landed_on', 'delivery', 'profile', 'quality_screen']) }}
        from {{ ref('int_survey__members') }}
    ) as alike
    inner join {{ ref('stg_survey__profiles') }} as delivered
        on {{ same('alike', 'delivered', ['landed_on', 'delivery', 'profile']) }}

),

-- Lines of a wave of its own hold before those of every wave.
margins as (

    select
        {{ listed(sample, 'samples') }}
        margins.segment_name,
        margins.segment_value,
        concat(margins.segment_name, '=', margins.segment_value) as margin,
        margins.population / sum(margins.population) over (
            partition by {{ listed(sample, 'samples') }} margins.wave, margins.segment_name
        ) as share,
        margins.weight_limit,
    from (select distinct {{ of_sample }} from profiles) as samples
    inner join {{ ref('survey_margins') }} as margins
        on
            {{ same('samples', 'margins', ['campaign_id', 'survey_id', 'sample']) }}
            and margins.wave in (samples.wave, '*')
    qualify
        rank() over (
            partition by {{ joined(sample, 'samples') }}
            order by case when margins.wave = '*' then 1 else 0 end
        ) = 1

),

margin_names as (

    select
        {{ listed(sample) }}
        list_sort(list(distinct segment_name)) as segment_names,
        max(weight_limit) as weight_limit,
    from margins
    group by all

),

numbered as (

    select
        *,
        row_number() over (
            order by {{ listed(sample) }} landed_on, delivery, profile, quality_screen
        ) as profile_id,
    from profiles

),

known as (

    select
        listed.profile_id,
        list(struct_pack(segment_name := margins.segment_name, margin := margins.margin, share := margins.share)) as margins,
    from (
        select
            {{ listed(sample) }}
            profile_id,
            unnest(segments) as segment,
        from numbered
    ) as listed
    inner join margins
        on
            {{ same('listed', 'margins', sample) }}
            and listed.segment.segment_name = margins.segment_name
            and listed.segment.segment_value = margins.segment_value
    group by all

),

-- Those whose value is unknown, or none of the population's, are blank in that margin: together they keep their weight.
placed as (

    select
        numbered.*,
        names.weight_limit,
        list_transform(
            names.segment_names,
            lambda name: coalesce(list_extract(list_filter(known.margins, lambda k: k.segment_name = name), 1).margin, '')
        ) as margin_cell,
        list_transform(
            names.segment_names, lambda name: list_extract(list_filter(known.margins, lambda k: k.segment_name = name), 1).share
        ) as shares,
    from numbered
    left join margin_names as names on {{ same('numbered', 'names', sample) }}
    left join known on numbered.profile_id = known.profile_id

),

-- Nothing is raked where a value of the population has no respondent.
impossible as (

    select distinct {{ joined(sample, 'margins') }}
    from margins
    anti join placed
        on
            {{ same('margins', 'placed', sample) }}
            and list_contains(placed.margin_cell, margins.margin)
    where margins.share > 0

),

judged as (

    select
        placed.*,
        impossible.sample is null as has_every_margin,
    from placed
    left join impossible on {{ same('placed', 'impossible', sample) }}

)

select * from judged

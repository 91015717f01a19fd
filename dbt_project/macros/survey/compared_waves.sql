{# The waves that put a question to a sample, by a relation of estimates: each beside the one before (`is_next`) and the first. #}
{% macro compared_waves(estimates) -%}
    {%- set item = ['campaign_id', 'survey_id', 'sample', 'question_key'] -%}
    with

    ordered as (

        select
            *,
            rank() over (partition by {{ joined(item) }} order by event_on, wave) as place,
        from (
            select distinct
                {{ listed(item) }}
                wave,
                question_code,
                event_on,
                mode,
            from {{ estimates }}
        ) as waves

    )

    select
        {{ listed(item, 'later') }}
        later.wave,
        later.question_code,
        later.mode,
        earlier.wave as earlier_wave,
        earlier.question_code as earlier_code,
        earlier.mode as earlier_mode,
        later.place - earlier.place = 1 as is_next,
    from ordered as later
    inner join ordered as earlier on {{ same('later', 'earlier', item) }}
    where earlier.place < later.place and (earlier.place = 1 or later.place - earlier.place = 1)
{%- endmacro %}

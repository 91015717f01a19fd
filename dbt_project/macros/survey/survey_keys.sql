{#
    What names a wave, a sample of it, a question put to it, a cell (those of a sample in a segment who were put a question), and a
    respondent of a delivery.
#}
{% macro survey_keys(grain) -%}
    {%- set wave = ['campaign_id', 'survey_id', 'wave'] -%}
    {%- set cell = wave + ['sample', 'question_code', 'segment_name', 'segment_value'] -%}
    {%- set person = ['landed_on', 'delivery', 'respondent'] -%}
    {%- set keys = {
        'wave': wave, 'sample': wave + ['sample'], 'question': wave + ['question_code'], 'cell': cell, 'person': person,
    } -%}
    {{ return(keys[grain]) }}
{%- endmacro %}

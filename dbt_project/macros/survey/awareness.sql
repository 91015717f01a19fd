{#
    Keys that the note gives to questions about awareness of the campaign: when it is named, and without help; and to one about a
    campaign that was invented, which shows false recall. Their top answers are those of who recalls it.
#}
{% macro awareness_key(question) -%}
    {%- set keys = {
        'prompted': 'campaign_awareness_prompted', 'spontaneous': 'campaign_awareness_spontaneous', 'foil': 'campaign_foil',
    } -%}
    '{{ keys[question] }}'
{%- endmacro %}

{# The question whose score is recalling the campaign when it is named, less recalling the invented one. #}
{% macro awareness_score() -%}
    'awareness/prompted'
{%- endmacro %}

{# Whether a question lists the invented campaign among others, as its bottom answers. #}
{% macro lists_a_foil(questions) -%}
    ({{ questions }}.kind = 'multiple' and array_length(list_filter({{ questions }}.answers, lambda a: a.is_bottom)) > 0)
{%- endmacro %}

{#
    The words of a question, so that two wordings are compared: letters and digits alone, without case, vowel signs and tatweel, one letter for
    those that Arabic and Persian keyboards write differently, European digits. NULL where there are none.
#}
{% macro plain_wording(text) -%}
    nullif(
        regexp_replace(
            translate(lower({{ text }}), 'أإآٱىیئؤةکـ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اااايييوهك 01234567890123456789'),
            '[^\p{L}\p{M}\p{N}]+|[\x{064B}-\x{065F}\x{0670}]+',
            '',
            'g'
        ),
        ''
    )
{%- endmacro %}

{# Joins a campaign to the lines of its scorecard: its own, or where it has none those that serve every campaign. #}
{% macro on_its_scorecard() -%}
    (
        campaigns.campaign_id = scorecard.campaign_id
        or (
            scorecard.campaign_id = '*'
            and campaigns.campaign_id not in (select campaign_id from {{ ref('scorecard') }})
        )
    )
{%- endmacro %}

{# Joins a line of a scorecard to the KPI values that it selects; surveys and sessions of all markets where it says `all`. #}
{% macro selected_by(lines) -%}
    {{ lines }}.campaign_id = kpis.campaign_id
    and {{ lines }}.kpi_id = kpis.kpi_id
    and {{ lines }}.period = kpis.period
    and (
        {{ lines }}.selected_market = kpis.market
        or ({{ lines }}.subject_type in ('survey', 'session') and {{ lines }}.selected_market = 'all')
    )
    and {{ lines }}.subject_type = kpis.subject_type
    and {{ fits('kpis.subject_id', lines ~ '.selected_subject') }}
{%- endmacro %}

{# True where a subject fits a pattern, in which `%` stands for any text and nothing else for anything but itself. #}
{% macro fits(subject, pattern) -%}
    {{ subject }} like replace({{ pattern }}, '_', '!_') escape '!'
{%- endmacro %}

{# A number between 0 and 1 that looks drawn at random and is always the same for the same text. #}
{% macro drawn(text) -%}
    ((cast(md5_number_lower({{ text }}) % 1000000007 as double) + 0.5) / 1000000007)
{%- endmacro %}

{# What tells that people look for help, or of their stories, posts and replies; ingestion knows the same. #}
{% macro is_sensitive(activation) -%}
    regexp_matches({{ activation }}, '^(helpline|organisation|story)([.]|$)|^(post|reply)[.]coded')
{%- endmacro %}

{# What fewer people stand behind is withheld. #}
{% macro fewest_people() -%}
    10
{%- endmacro %}

{#
    How many people stand behind counts of several days: at least as many as on one of them, and no more than items. Unknown where nobody
    counted people, since one may stand behind all items.
#}
{% macro people_counted(counts) -%}
    case
        when count({{ counts }}.unique_people) > 0 then least(max({{ counts }}.unique_people), sum({{ counts }}.events))
    end
{%- endmacro %}

{#
    The events of a relation that a build has to bring up to date. One that was delivered again keeps its first date; those that stand
    before the dates to be rebuilt are not taken a second time.
#}
{% macro first_told(relation, happened, dated_on) -%}
    select {{ relation }}.*
    from {{ relation }}
    inner join {{ rebuild_from('activation') }} as rebuilds
        on
            {{ relation }}.campaign_id = rebuilds.campaign_id
            and {{ relation }}.{{ dated_on }} >= rebuilds.rebuild_from
    {%- if is_incremental() %}
        anti join {{ this }} as earlier
            on
                {{ relation }}.campaign_id = earlier.campaign_id
                and {{ relation }}.event_key = earlier.event_key
                and earlier.{{ dated_on }} < rebuilds.rebuild_from
    {%- endif %}
    qualify row_number() over (
        partition by {{ relation }}.campaign_id, {{ relation }}.event_key
        order by {{ relation }}.{{ happened }} asc, {{ relation }}.landed_on desc, {{ relation }}.delivery desc
    ) = 1
{%- endmacro %}

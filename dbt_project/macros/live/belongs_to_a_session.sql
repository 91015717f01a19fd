{# Every delivered row about a session has the row of that session in the same delivery. #}
{% test belongs_to_a_session(model) %}
    select delivered.session_id
    from {{ model }} as delivered
    left join {{ ref('int_live__sessions') }} as sessions
        on
            delivered.landed_on = sessions.landed_on
            and delivered.delivery = sessions.delivery
            and delivered.campaign_id = sessions.campaign_id
            and delivered.session_id = sessions.session_id
    where sessions.session_id is null
{% endtest %}

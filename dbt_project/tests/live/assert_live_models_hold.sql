{# Grain of the models that marts of live sessions are made from, and what holds in every row. #}
{{ broken_rules_of({
    'int_live__sessions': {'grain': ['campaign_id', 'session_id']},
    'int_live__instances': {
        'grain': ['session_number', 'starts'],
        'rules': {'lie end to end': 'starts <= ends and clock_at_start between 0 and live_microseconds - (ends - starts)'},
    },
    'int_live__stays': {'rules': {'add no more than they last': 'adds_from <= exited and adds_seen_from <= exited'}},
    'int_live__samples': {'rules': {'hold forwards': 'holds_from <= holds_until and viewers >= 0'}},
    'int_live__concurrency': {'rules': {'counts nobody twice': 'concurrent >= 0'}},
    'int_live__attendances': {
        'grain': ['campaign_id', 'session_id', 'person', 'device'],
        'rules': {'last some time': 'attended_microseconds > 0 and attended_microseconds_low between 0 and attended_microseconds'},
    },
    'int_live__session_figures': {'grain': ['campaign_id', 'session_id']},
    'int_live__new_attendees': {'grain': ['campaign_id', 'session_id']},
    'int_live__registrations': {'grain': ['campaign_id', 'session_id']},
    'int_live__interactions': {'grain': ['campaign_id', 'session_id', 'minute_at', 'kind']},
    'int_live__reconciliation': {'grain': ['campaign_id', 'session_id', 'measure', 'cause']},
    'int_live__resource_clickers': {'grain': ['campaign_id', 'session_id', 'resource_id'], 'rules': {'nobody less': 'coalesce(clickers >= 0, true)'}},
    'int_live__advocates': {'grain': ['campaign_id', 'advocate', 'kpi_id']},
}) }}

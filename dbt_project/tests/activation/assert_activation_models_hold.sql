{# Grain of the models that marts of activations are made from. #}
{{ broken_rules_of({
    'int_activation__events': {'grain': ['campaign_id', 'event_key']},
    'int_activation__help_events': {'grain': ['campaign_id', 'event_key']},
    'int_activation__counted_days': {'grain': ['campaign_id', 'supplier', 'activation', 'asset_id', 'market', 'event_on']},
    'int_activation__feature_people': {'grain': ['campaign_id', 'person_key', 'feature']},
    'int_activation__help_weeks': {'grain': ['campaign_id', 'week_on', 'market', 'resource_id']},
    'int_activation__support_weeks': {'grain': ['campaign_id', 'week_on', 'market', 'kind']},
    'int_activation__safety_weeks': {'grain': ['campaign_id', 'week_on', 'content_type']},
    'int_activation__contacts': {'grain': ['campaign_id', 'period', 'event_on', 'market']},
    'int_activation__measures': {'grain': ['campaign_id', 'measure', 'period', 'event_on', 'market', 'subject_type', 'subject_id']},
}) }}

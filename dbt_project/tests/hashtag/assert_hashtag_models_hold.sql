{# Grain of the models that marts of hashtags are made from. #}
{{ broken_rules_of({
    'int_hashtag__capture_days': {'grain': ['campaign_id', 'event_on']},
    'int_hashtag__video_days': {'grain': ['campaign_id', 'video_id', 'event_on']},
    'int_hashtag__supplier_days': {'grain': ['campaign_id', 'supplier', 'event_on']},
    'int_hashtag__videos': {'grain': ['campaign_id', 'video_id']},
    'int_hashtag__follower_readings': {'grain': ['campaign_id', 'creator_key', 'captured_at']},
    'int_hashtag__subject_days': {'grain': ['campaign_id', 'subject_type', 'subject_id', 'market', 'event_on', 'view_definition']},
    'int_hashtag__posts': {'grain': ['campaign_id', 'subject_type', 'subject_id', 'market', 'video_id']},
    'int_hashtag__post_days': {'grain': ['campaign_id', 'subject_type', 'subject_id', 'market', 'event_on', 'read_on']},
    'int_hashtag__creator_weeks': {
        'grain': ['campaign_id', 'subject_type', 'subject_id', 'market', 'creator_key', 'view_definition', 'week_on'],
    },
    'int_hashtag__concentration_weeks': {'grain': ['campaign_id', 'subject_type', 'subject_id', 'market', 'week_on']},
    'int_hashtag__account_days': {'grain': ['campaign_id', 'account_key', 'metric_definition', 'event_on', 'captured_on']},
    'int_hashtag__deliverables': {'grain': ['campaign_id', 'deliverable_id']},
    'int_hashtag__measures': {'grain': ['campaign_id', 'measure', 'period', 'event_on', 'market', 'subject_type', 'subject_id']},
}) }}

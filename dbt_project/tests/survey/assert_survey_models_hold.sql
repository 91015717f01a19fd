{# Grain of the models that marts of surveys are made from. #}
{{ broken_rules_of({
    'int_survey__respondents': {'grain': ['landed_on', 'delivery', 'respondent', 'profile_id']},
    'int_survey__cells': {
        'grain': ['campaign_id', 'survey_id', 'wave', 'sample', 'question_code', 'segment_name', 'segment_value', 'stratum', 'cluster', 'margin_cell', 'answer_code'],
    },
    'int_survey__scores': {'grain': ['campaign_id', 'survey_id', 'wave', 'question_code', 'measure', 'answer_code']},
    'int_survey__freedoms': {'grain': ['campaign_id', 'survey_id', 'wave', 'sample', 'question_code', 'segment_name']},
    'int_survey__alphas': {'grain': ['campaign_id', 'survey_id', 'wave', 'sample', 'scale_id', 'scoring']},
    'int_survey__item_answers': {'grain': ['campaign_id', 'survey_id', 'wave', 'question_code', 'scale_id', 'answer_code']},
}) }}

{# Grain of the models that tell what deliveries hold and what a build brings up to date. #}
{{ broken_rules_of({
    'stg_lake__deliveries': {'grain': ['source', 'landed_on', 'delivery']},
    'stg_lake__versions': {'grain': ['source', 'landed_on', 'delivery', 'unit']},
    'stg_lake__rebuilds': {'grain': ['source', 'campaign_id', 'unit']},
}) }}

{#
    The last model of every run. What was touched stays pending until every model that rebuilds touched rows has done so; a
    killed run leaves it pending and the next run rebuilds it. The hash tells the next run what this one was built with.
#}
{{ config(post_hook="{{ clear_pending() }}") }}
-- depends_on: {{ ref('rpt_campaign_scorecard') }}
-- depends_on: {{ ref('fct_hashtag_day') }}
-- depends_on: {{ ref('int_hashtag__videos') }}
-- depends_on: {{ ref('fct_live_session') }}
-- depends_on: {{ ref('fct_live_minute') }}
-- depends_on: {{ ref('fct_survey_estimate') }}
-- depends_on: {{ ref('int_survey__touched') }}

with

as_of as (

    select * from {{ ref('int_lake__as_of') }}

),

settled as (

    select
        as_of,
        '{{ env_var("CAMPAIGN_PROJECT_HASH", "") }}' as project_hash,
    from as_of

)

select * from settled

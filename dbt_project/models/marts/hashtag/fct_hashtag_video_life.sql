{{
    config(
        materialized='incremental',
        incremental_strategy='from_date',
        rebuilt_on='closes_on',
    )
}}
select * from {{ rebuilt_rows(ref('int_hashtag__video_lives')) }} as lives

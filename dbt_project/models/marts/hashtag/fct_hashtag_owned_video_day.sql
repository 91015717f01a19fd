{{ config(materialized='incremental', incremental_strategy='from_date', on_schema_change='fail') }}
select * from {{ rebuilt_rows(ref('int_hashtag__owned_video_days')) }} as days

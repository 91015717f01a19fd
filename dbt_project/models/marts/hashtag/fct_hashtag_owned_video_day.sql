{{ config(materialized='incremental', incremental_strategy='from_date') }}
select * from {{ rebuilt_rows(ref('int_hashtag__owned_video_days')) }} as days

{{ config(pre_hook="{{ merge_row_groups_weekly() }}") }}
select max(landed_on) as as_of from {{ ref('stg_lake__deliveries') }}

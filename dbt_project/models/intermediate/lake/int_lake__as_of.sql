{{ config(pre_hook="{{ merge_row_groups_weekly() }}") }}
with

ledger as (

    select * from {{ ref('stg_lake__deliveries') }}

),

latest as (

    select max(landed_on) as as_of from ledger

)

select * from latest

{{ config(materialized='incremental', incremental_strategy='by_unit') }}
select * from {{ rebuilt_rows(ref('int_live__registrations')) }} as registrations

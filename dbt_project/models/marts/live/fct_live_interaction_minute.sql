{{ config(materialized='incremental', incremental_strategy='by_unit', on_schema_change='fail') }}
select * from {{ rebuilt_rows(ref('int_live__interactions')) }} as interactions

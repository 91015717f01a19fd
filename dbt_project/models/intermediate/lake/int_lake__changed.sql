with

ledger as (

    select * from {{ ref('stg_lake__table_deliveries') }}

),

state as (

    select * from intermediate.delivery_state

),

compared as (

    select
        coalesce(ledger.lake_table, state.lake_table) as lake_table,
        coalesce(ledger.landed_on, state.landed_on) as landed_on,
        coalesce(ledger.delivery, state.delivery) as delivery,
        state.rows_hash is not null as was_loaded,
        ledger.rows_hash is not null as is_loaded,
    from ledger
    full outer join state
        on
            ledger.lake_table = state.lake_table
            and ledger.landed_on = state.landed_on
            and ledger.delivery = state.delivery
    where ledger.rows_hash is distinct from state.rows_hash

)

select * from compared

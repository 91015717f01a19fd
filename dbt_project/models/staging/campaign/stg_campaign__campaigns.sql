with

source as (

    select * from {{ ref('campaigns') }}

)

select * from source

select * from {{ ref('campaigns') }}

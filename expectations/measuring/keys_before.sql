-- One row: records whose key an earlier delivery has, and how many there are.
with earlier as (
    select ({{ key }}) as key
    from {{ earlier }}
)

select
    count(*) filter (where ({{ key }}) in (select key from earlier)) as old,
    count(*) as there
from {{ records }}

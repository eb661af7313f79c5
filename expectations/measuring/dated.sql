-- One row: how many dates of a table's records lie in a quarter, and the latest of all.
with day as (
    select unnest([{{ columns | join(', ') }}]) as day
    from {{ records }}
)

select
    count(*) filter (where day between {{ first }} and {{ last }}) as dated,
    max(day) as latest
from day

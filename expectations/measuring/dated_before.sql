-- One row: records whose dates all lie on or before a day, of those that have any.
with record as (
    select greatest({{ columns | join(', ') }}) as latest
    from {{ records }}
)

select
    count(*) filter (where latest <= {{ last }}) as old,
    count(latest) as dated
from record

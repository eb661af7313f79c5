-- The findings of the deliveries before, of any; nothing where there are none.
select
    "table" as tbl,
    row,
    key,
    identity,
    code,
    severity,
    "column" as col,
    column_letter as letter,
    message
from {{ findings }}

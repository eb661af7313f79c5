-- A suite's own number over one side's tables, with how many records are behind it.
select
    cast(({{ value }}) as double) as value,
    count(*) as records
from {{ records }}

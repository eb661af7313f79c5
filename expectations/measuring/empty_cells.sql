-- One row a column: its empty cells, as the footers of the files count them.
select
    path_in_schema,
    cast(sum(coalesce(stats_null_count, 0)) as bigint) as empty
from parquet_metadata({{ files }})
group by all

-- The accepted records of a table of one delivery, where they lie.
create view {{ schema }}.{{ table | name }} as
select *
from read_parquet({{ files }}, hive_partitioning = false, union_by_name = true)

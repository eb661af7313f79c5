-- One row per delivered file and table: how many of its records support the value.
select
    _file as file,
    _table as table,
    count(distinct _record) as records,
    any_value(_sha256) as sha256
from scope
group by _file, _table
order by _file, _table

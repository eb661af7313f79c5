-- Records that a correction drops are quarantined.
insert into findings
select distinct tbl, record, {{ dropped_code | text }} as code, nullif(col, '') as col
from corrected
where tbl = {{ table | text }} and action = 'drop'

-- Every finding as new, or open where the last delivery had it too; and what only that one had.
create table stated as
select found.*, case when before.tbl is null then 'new' else 'open' end as status
from found
left join (select distinct tbl, identity, code, col from last) as before using (tbl, identity, code, col);

create table resolved as
select * from last
anti join found using (tbl, identity, code, col);

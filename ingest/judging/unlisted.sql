-- Accepted records whose value is none of the vocabulary's codes.
insert into warnings
select
    {{ table | text }} as tbl,
    _record as record,
    'unlisted' as code,
    {{ column | text }} as col,
    {{ key }} as key,
    {{ column | text }} || ': nobody has listed the spelling ' || {{ value }}
    || '; it is counted by itself. List it under its official name, or ask the partner.' as message
from {{ records }}
where {{ value }} not in ({{ codes | join(', ') }})

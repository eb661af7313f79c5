-- References to a record that is not in the drop or was itself quarantined; those already found are left out.
insert into findings
select {{ table | text }} as tbl, _record, 'orphan_reference' as code, {{ column | text }} as col
from {{ records }}
anti join (select {{ v(key) }} as parent from {{ accepted_parents }}) as known
    on {{ v(column) }} = known.parent
where {{ v(column) }} is not null
    and _record not in (
        select record from findings
        where tbl = {{ table | text }} and code = 'orphan_reference' and col = {{ column | text }}
    )

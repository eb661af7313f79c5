-- A table's records without a reason to quarantine them.
select * from {{ records }}
anti join (
    select record from findings
    where tbl = {{ table | text }}
) as found
    on _record = found.record

-- A table's records without those that a correction drops: they are as if not delivered.
select * from {{ records }}
anti join (
    select record from corrected
    where tbl = {{ table | text }} and action = 'drop'
) as gone
    on _record = gone.record

-- A warning for each note that holds no record back.
insert into warnings
select
    {{ table | text }} as tbl,
    records._record as record,
    notes.code,
    notes.col,
    {{ key }} as key,
    notes.message
from notes
inner join {{ records }} as records on notes.record = records._record
where notes.message <> ''

-- Pairs (l of the register, r of another source) that agree in a rule's key, and whether the rule holds.
with keyed as (
    select row, in_register, {{ key_columns }} from identity
),

usable as (
    select * from keyed
    where {{ all_filled }}
)

select distinct
    x.row as l,
    y.row as r,
    {{ holds }} as holds
from usable as x
inner join usable as y using ({{ names }})
inner join identity as a on x.row = a.row
inner join identity as b on y.row = b.row
where x.in_register and not y.in_register and y.row in (select row from open_records)
order by l, r

-- Pairs (l, r) of the register's records that agree in a rule's key, and whether the rule holds.
with keyed as (
    select row, {{ key_columns }} from identity
    where in_register
),

-- Without further conditions one row stands for its cluster; with them, each has its own say.
clustered as (
    select {{ names }}, {{ standing_row }} as row, label
    from keyed
    inner join labels using (row)
    where {{ all_filled }}{{ grouping }}
),

-- A value that many clusters share is nobody's.
usable as (
    select * from clustered
    qualify count(*) over (partition by {{ names }}) between 2 and {{ largest }}
)

select distinct
    x.row as l,
    y.row as r,
    {{ holds }} as holds
from usable as x
inner join usable as y using ({{ names }})
inner join identity as a on x.row = a.row
inner join identity as b on y.row = b.row
where x.row < y.row and x.label <> y.label
order by l, r

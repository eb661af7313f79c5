-- Keys of the table before that are still there, and how many there were; `sample` may choose some of both.
with key_now as (
    select ({{ key }}) as key
    from now.{{ table | name }}
    where {{ sample }}
)

select
    count(*) filter (where ({{ key }}) in (select key from key_now)) as kept,
    count(*) as there
from before.{{ table | name }}
where {{ sample }}

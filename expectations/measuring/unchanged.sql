-- Values above zero under keys that were there before: how many are the same, of how many.
select
    count(*) filter (where n.{{ column | name }} = o.{{ column | name }}) as same,
    count(*) as pairs
from now.{{ table | name }} as n
inner join before.{{ table | name }} as o using ({{ key }})
where o.{{ column | name }} > 0 and n.{{ column | name }} is not null

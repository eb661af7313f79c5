-- Keys that are only in the new delivery, only in the one before, and in both with another content.
with was_keyed as (
    select {{ key | join(', ') }}, hash({{ columns | join(', ') }}) as content from was
),

now_keyed as (
    select {{ key | join(', ') }}, hash({{ columns | join(', ') }}) as content from now
)

select
    count(*) filter (w.content is null) as added,
    count(*) filter (n.content is null) as gone,
    count(*) filter (w.content <> n.content) as changed
from was_keyed as w
full join now_keyed as n using ({{ key | join(', ') }})

-- The identities of one vault file that take part, added to `delivered`.
insert into delivered
select
    {{ source_name | text }} as source,
    {{ quarter | text }} as quarter,
    {{ in_register }} as in_register,
    {{ columns | join(', ') }}
from identities
where
    entity = {{ entity | text }}
{% if only_needed %}
    -- Of a register that holds nobody twice: whom a record may belong to, and whom somebody decided about.
    and (
        local_id in ({{ decided | map('text') | join(', ') or "''" }})
        or given_id in (select given_id from delivered)
        or official_id in (select official_id from delivered)
        or local_id in (
            select local_id
            from (select local_id, unnest(group_ids) as group_id from identities)
            where group_id in (select unnest(group_ids) from delivered)
        )
    )
{% endif %}

-- Every record with whom it is; a record that is in no register has no canonical identifier.
create or replace table crosswalk as
with person as (
    -- A cluster goes by the identifier somebody gave it, else by that of its first record.
    select
        who.canonical_row,
        coalesce(
            first(identity.given_id order by who.row) filter (identity.given_id is not null),
            first(identity.local_id order by who.row)
        ) as canonical_id
    from who
    inner join identity using (row)
    where identity.in_register
    group by who.canonical_row
)

select
    identity.source,
    identity.quarter,
    identity.quarter as of_quarter,
    identity.in_register,
    {{ entity | text }} as entity,
    identity.local_id,
    person.canonical_id,
    who.method,
    who.status,
    case when isfinite(who.weight) then who.weight end as match_weight,
    identity._file,
    identity._table,
    identity._row,
    identity._record,
    identity._sha256
from identity
inner join who using (row)
left join person using (canonical_row)

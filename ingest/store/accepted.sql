-- Accepted records of a table: values beyond the boundary, cells delivered otherwise, notes, warnings, place.
with flag as (
    select record, list(distinct code order by code) as codes
    from warnings
    where tbl = {{ table | text }} and record is not null
    group by record
),

-- personal cells stay inside the boundary
shown as (
    select
        *,
        list_filter(
            map_entries(_delivered), lambda cell: cell.key not in ({{ personal | join(', ') }})
        ) as cells
    from {{ records }} as accepted
)

select
    {{ values | join(', ') }},
    case when len(cells) > 0 then map_from_entries(cells) end as _delivered,
    _notes,
    flag.codes as _warnings,
    {{ file | text }} as _file,
    {{ table | text }} as _table,
    _row,
    _record,
    {{ sha256 | text }} as _sha256
from shown
left join flag on shown._record = flag.record
order by _record

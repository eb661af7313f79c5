-- Warnings of a drop: accepted records, total rows that do not add up, tables without records.
with flagged as (
    {%- for table in tables %}
    {{ 'union all' if not loop.first }}
    select {{ table.name | text }} as tbl, _record, _row
    from {{ table.records }}
    where _record in (
        select record from warnings
        where tbl = {{ table.name | text }}
    )
    {%- endfor %}

)

select
    {{ file | text }} as file,
    warnings.tbl as "table",
    flagged._row as row,
    warnings.record,
    warnings.key,
    warnings.code as warning,
    warnings.col as "column",
    warnings.message,
    {{ sha256 | text }} as sha256
from warnings
left join flagged on warnings.tbl = flagged.tbl and warnings.record = flagged._record
order by warnings.tbl, warnings.record, warnings.key, warnings.code

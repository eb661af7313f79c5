-- The feed `crosswalk` of one source and quarter; of one that runs to date with its earlier records.
select
    {{ columns | join(', ') }}
from crosswalk
where source = {{ source_name | text }} and (quarter = {{ quarter | text }} or not in_register)
order by of_quarter, _file, _table, _record

-- The feed `crosswalk` of one source and quarter.
select
    {{ columns | join(', ') }}
from crosswalk
where source = {{ source_name | text }} and quarter = {{ quarter | text }}
order by _file, _table, _record

-- The feed `crosswalk` of one source and quarter.
select
{% for column, sql_type in columns.items() %}
    cast({{ column }} as {{ sql_type }}) as {{ column }}{{ "," if not loop.last }}
{% endfor %}
from crosswalk
where source = {{ source | text }} and quarter = {{ quarter | text }}
order by _file, _table, _record

-- The deliveries of one region, source and quarter, given as JSON.
select
    {%- for column, sql_type in columns.items() %}
    cast(delivery ->> {{ column | text }} as {{ sql_type }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}

from (select unnest(cast(? as json[])) as delivery)

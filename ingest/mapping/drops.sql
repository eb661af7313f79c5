-- The deliveries of one region, source and quarter, given as JSON.
select
    {%- for column in columns %}
    cast(delivery ->> {{ column.name | text }} as {{ column.sql_type }}) as {{ column.name }},
    {%- endfor %}

from (select unnest(cast(? as json[])) as delivery) as given -- noqa: PRS

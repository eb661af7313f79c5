-- Accepted records of a table as rows of a feed, each looked-up record as a struct under its alias.
with looked_up as (
    select base.*{% for alias in look_ups %}, {{ alias | name }}{% endfor %}

    from {{ table | name }} as base
    {%- for alias, look in look_ups.items() %}

    left join {{ look.table | name }} as {{ alias | name }} on {{ look.on }}
    {%- endfor %}

),

turned as (
    {%- if unpivoted is none %}

    select * from looked_up
    {%- else %}
    {%- for column, label in unpivoted.items() %}
    {{ 'union all' if not loop.first }}
    select *, {{ label | text }} as {{ label_name | name }}, {{ column | name }} as {{ value_name | name }}
    from looked_up
    {%- endfor %}
    {%- endif %}

)

select {{ fields | join(', ') }}
from turned
where {{ where }}
{%- if one_per %}

qualify row_number() over (partition by {{ one_per | join(', ') }} order by _record) = 1
{%- endif %}


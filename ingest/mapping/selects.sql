-- Accepted records of a table as rows of a feed, each looked-up record as a struct under its alias.
with looked_up as (
    select base.*{% for look in look_ups %}, {{ look.alias | name }}{% endfor %}

    from {{ table | name }} as base
    {%- for look in look_ups %}

    left join {{ look.table | name }} as {{ look.alias | name }} on {{ look.on }}
    {%- endfor %}

),

turned as (
    {%- if unpivoted is none %}

    select * from looked_up
    {%- else %}
    {%- for one in unpivoted %}
    {{ 'union all' if not loop.first }}
    select
        *,
        {{ one.label | text }} as {{ label_name | name }},
        {{ one.column | name }} as {{ value_name | name }}
    from looked_up
    {%- endfor %}
    {%- endif %}

)

select {{ fields | join(', ') }}
from turned
where {{ condition }}
{%- if one_per %}

qualify row_number() over (partition by {{ one_per | join(', ') }} order by _record) = 1
{%- endif %}

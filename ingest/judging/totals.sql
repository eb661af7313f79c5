-- Total rows that do not equal the sum of their rows, unless one of these is quarantined.
insert into warnings
-- A step each, so that no expression stands in another one many times.
with texts as (
    select
        {{ key }} as key,
        {{ group_key }} as grp,
        {% for column in columns %}
        {{ clean_text(column | name) }} as {{ column | name }},
        {% endfor %}
    from total_rows
),

plain as (
    select
        key,
        grp,
        {% for column in columns %}
        {{ number_text(column | name) }} as {{ column | name }},
        {% endfor %}
    from texts
),

total as (
    select
        key,
        grp,
        {% for column in columns %}
        coalesce({{ number_value(column | name, 'decimal(38, 6)') }}, 0) as {{ column | name }},
        {% endfor %}
    from plain
),

rec as (
    select
        *,
        {{ group_of_record }} as grp,
        _record in (
            select record from findings
            where tbl = {{ table | text }}
        ) as is_refused
    from {{ records }}
),

added as (
    select
        grp,
        bool_or(is_refused) as has_refused,
        {% for column in columns %}
        sum({{ v(column) }}) as {{ column | name }},
        {% endfor %}
    from rec
    group by grp
)

select
    {{ table | text }} as tbl,
    null as record,
    'total_mismatch' as code,
    {{ label_column | text }} as col,
    total.key,
    {{ message | text }} as message
from total
left join added on total.grp = added.grp
where not coalesce(added.has_refused, false)
    and (
        {% for column in columns %}
        {{ "or " if not loop.first }}total.{{ column | name }} <> coalesce(added.{{ column | name }}, 0)
        {% endfor %}
    )

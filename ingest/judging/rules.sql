-- Records that break a rule, with their columns and what the rule looks up under the names that it uses.
insert into {{ destination }}
with base as (
    select
        *,
        {% for column in columns %}
        {{ column.sql }} as {{ column.name | name }},
        {% endfor %}
    from {{ records }}
),

asked as (
    select
        base.*,
        {% for look in looks %}
        related_{{ loop.index }}.looked_up as {{ look.name | name }},
        {% endfor %}
    from base
    {% for look in looks %}
    {% set related = 'related_' ~ loop.index %}
    left join (
        select
            {% for there in look.match %}
            {{ there | name }} as key_{{ loop.index }},
            {% endfor %}
            {{ look.value }} as looked_up
        from {{ look.records }}
        where {{ look.where }}
        group by all
    ) as {{ related }}
        on {% for here in look.match.values() %}
        {{ "and " if not loop.first }}{{ related }}.key_{{ loop.index }} = base.{{ here | name }}
        {% endfor %}
    {% endfor %}
)

select
    {{ table | text }} as tbl,
    _record,
    {{ code | text }} as code,
    {{ marked | text if marked else "null" }} as col,
    {% if destination == "warnings" %}
    {{ key }} as key,
    {{ message | text }} as message,
    {% endif %}
from asked as rec
-- A cell that holds something unreadable is neither empty nor a value: the rule cannot be asked.
where ({{ asked_when }}) and not ({{ unreadable }}) and not ({{ holds }})

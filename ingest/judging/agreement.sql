-- Records whose columns name different records, or whose reference fits two of them.
insert into findings
with parent as (
    select
        {{ v(key) }} as known_by,
        {% for pair in pairs %}
        any_value({{ v(pair.there) }}) as other_{{ loop.index }},
        {% endfor %}
        count(*) as times
    from {{ accepted_parents }}
    group by known_by
),

compared as (
    select
        rec._record,
        unnest([
            {'col': {{ column | text }}, 'is_wrong': parent.times > 1},
            {% for pair in pairs %}
            {
                'col': {{ pair.here | text }},
                'is_wrong': parent.times = 1
                and coalesce(rec.{{ v(pair.here) }} <> parent.other_{{ loop.index }}, false)
            },
            {% endfor %}
        ]) as cell
    from {{ records }} as rec
    inner join parent on rec.{{ v(column) }} = parent.known_by
)

select {{ table | text }} as tbl, _record, 'reference_mismatch' as code, cell.col
from compared
where cell.is_wrong

-- Records that a correction may be about: cells as delivered (r_), values of the columns named (_value_).
create or replace temp table in_question as
with keyed as (
    select *, {{ key }} as _key from {{ records }}
)

select
    _record,
    _row,
    _key,
    {% for cell in cells %}
    coalesce(_delivered[{{ cell.name | text }}], {{ plain(cell) }}) as {{ r(cell.name) }},
    {% endfor %}
    {% for cell in asked %}
    {{ v(cell.name) }} as {{ value(cell) }},
    {% endfor %}
from keyed
where _key in ({% for key in keys %}{{ key | text }}, {% endfor %}null)
    or _row in ({% for row in rows %}{{ row }}, {% endfor %}null)

-- A finding for each cell with an error.
insert into findings
with cell as (
    select
        _record,
        unnest([
            {% for cell in cells %}
            {'col': {{ cell.name | text }}, 'error': {{ e(cell.name) }}},
            {% endfor %}
        ]) as found
    from {{ records }}
    where {{ any_error }}
)

select
    {{ table | text }} as tbl,
    _record,
    [{% for reason in reasons %}{{ reason | text }}, {% endfor %}][found.error] as code,
    found.col
from cell
where found.error > 0

-- The end dates of a column that lie after the quarter: noted, then emptied with what goes with them.
insert into not_yet
select
    {{ table | text }} as tbl,
    _record as record,
    {{ column | text }} as col,
    {{ key }} as key,
    {{ column | text }} || ': ' || {{ v(column) }} || ' lies after the quarter, which ended on '
    || '{{ quarter_end }}, and the file came on {{ late_up_to }}: '
    || 'for this quarter it reads as not yet.' as message
from {{ records }}
where {{ is_late }};

update {{ records }}
set
    _delivered = map_concat(
        map {
            {% for name in emptied %}
            {{ name | text }}: cast({{ v(name) }} as varchar){{ ',' if not loop.last }}
            {% endfor %}
        },
        coalesce(_delivered, map {})
    ),
    {% for name in emptied %}
    {{ v(name) }} = null,
    {% endfor %}
    {{ e(column) }} = 0
where {{ is_late }};

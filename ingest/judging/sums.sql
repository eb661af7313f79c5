-- Total rows without words in the contract that equal no sum they may be of; none where a row is quarantined.
insert into warnings
with texts as (
    select
        number,
        label,
        label_column,
        low,
        high,
        {% for column in columns %}
        {{ clean_text(column | name) }} as {{ column | name }},
        {% endfor %}
    from sums
),

plain as (
    select
        number,
        label,
        label_column,
        low,
        high,
        {% for column in columns %}
        {{ number_text(column | name) }} as {{ column | name }},
        {% endfor %}
    from texts
),

total as (
    select
        number,
        label,
        label_column,
        low,
        high,
        {% for column in columns %}
        {{ number_value(column | name, 'decimal(38, 6)') }} as {{ column | name }},
        {% endfor %}
    from plain
),

rec as (
    select
        *,
        _record in (
            select record from findings
            where tbl = {{ table | text }}
        ) as is_refused
    from {{ records }}
),

compared as (
    select
        total.number,
        any_value(total.label) as label,
        any_value(total.label_column) as label_column,
        coalesce(bool_or(rec.is_refused), false) as has_refused,
        {% for column in columns %}
        {{ "and " if not loop.first }}(
            any_value(total.{{ column | name }}) is null
            or any_value(total.{{ column | name }}) = coalesce(sum(rec.{{ v(column) }}), 0)
        )
        {% endfor %} as is_equal
    from total
    left join rec on rec._row between total.low and total.high
    group by total.number, total.low, total.high
)

select
    {{ table | text }} as tbl,
    null as record,
    'total_mismatch' as code,
    any_value(label_column) as col,
    any_value(label) as key,
    {{ message | text }} as message
from compared
group by number
having not bool_or(is_equal) and not bool_or(has_refused)

-- One row a record of a piece: hash, values, errors, cells that say something else as delivered, footnotes.
-- Each step is a projection over the one before, so nothing is worked out twice.
with cleaned as (
    select
        *,
        {% for cell in cells %}
        {{ cell.clean }} as {{ c(cell.name) }},
        {% endfor %}
    from {{ piece }}
),

texts as (
    select
        *,
        {% for cell in cells %}
        {{ cell.text }} as {{ t(cell.name) }},
        {% endfor %}
    from cleaned
),

normal as (
    select
        *,
        {% for cell in cells if cell.normal %}
        {{ cell.normal }} as {{ n(cell.name) }},
        {% endfor %}
    from texts
),

free_values as (
    select
        *,
        {% for cell in cells if not (cell.column.within or cell.column.split) %}
        {{ cell.value }} as {{ v(cell.name) }},
        {% endfor %}
    from normal
),

-- Codes of a nested vocabulary are looked up under another column's value; choices are taken from several.
all_values as (
    select
        *,
        {% for cell in cells if cell.column.within or cell.column.split %}
        {{ cell.value }} as {{ v(cell.name) }},
        {% endfor %}
    from free_values
)

select
    _record,
    _row,
    hash({{ texts | join(', ') }}) as _hash,
    {% for cell in cells %}
    {{ v(cell.name) }},
    cast({{ cell.error }} as utinyint) as {{ e(cell.name) }},
    {% endfor %}
    case
        when {{ differing | map(attribute='may_be') | join(' or ') }} then map_from_entries(list_filter([
            {% for cell in differing %}
            case when {{ cell.is_there }} then {'k': {{ cell.name | text }}, 'v': {{ cell.shown }}} end,
            {% endfor %}
        ], lambda entry: entry is not null))
    end as _delivered,
    {% if marked %}
    case
        when {{ marked | map(attribute='may_be') | join(' or ') }} then map_from_entries(list_filter([
            {% for cell in marked %}
            case when {{ cell.is_there }} then {'k': {{ cell.name | text }}, 'v': {{ cell.shown }}} end,
            {% endfor %}
        ], lambda entry: entry is not null))
    end as _notes,
    {% else %}
    cast(null as map(varchar, varchar)) as _notes,
    {% endif %}
    {% for column in also %}
    {{ column }},
    {% endfor %}
from all_values

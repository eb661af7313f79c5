-- Quarantined records of a table: place, key, reasons, columns, cells as delivered, and in words what is wrong.
with words as (
    select * from (
        values ('', '', '')
        {%- for said in messages -%}
            , ({{ said.code | text }}, {{ said.column | text }}, {{ said.text | text }})
        {%- endfor %}

    ) as words (code, col, text)
),

found as (
    select
        told.record,
        list(distinct told.code order by told.code) as reasons,
        coalesce(list(distinct told.col order by told.col) filter (told.col is not null), []) as columns,
        list(distinct {{ said }} order by {{ said }}) as messages
    from told
    left join words on told.code = words.code and coalesce(told.col, '') = words.col
    where told.tbl = {{ table | text }}
    group by told.record
),

held as (
    select records.*, found.*, {{ key }} as key, {{ cells }} as values
    from {{ records }} as records
    inner join found on records._record = found.record
)

select
    {{ file | text }} as file,
    {{ table | text }} as "table",
    _row as row,
    _record as record,
    key,
    reasons,
    columns,
    values,
    list_aggregate(
        list_transform(
            messages, lambda said: replace(said.text, '{value}', coalesce('"' || values[said.col] || '"', 'this'))
        ),
        'string_agg', ' '
    ) as message,
    {{ sha256 | text }} as sha256
from held

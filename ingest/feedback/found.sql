-- The findings of one table: record, key, what knows the record again next time, and the cell's value.
insert into found
-- a step each, so that no long expression stands in another one twice
with told_of as (
    select record, code, col, message, 'error' as severity from told
    where tbl = {{ table | text }}
    union all
    select record, code, col, message, 'warning' as severity from warnings
    where tbl = {{ table | text }}
),

keyed as (
    select records.*, told_of.*, {{ key }} as _key
    from {{ records }} as records
    inner join told_of on records._record = told_of.record
),

known as (
    select
        *,
        case when _key = 'row:' || _record then {{ content }} end as _content,
        {{ known_by }} as _known
    from keyed
)

select distinct
    {{ table | text }} as tbl,
    _record as record,
    _row as row,
    _key as key,
    coalesce({{ content_pseudonym }}, {{ known }}) as identity,
    code,
    severity,
    coalesce(col, '') as col,
    case col
        {%- for cell in cells %}
        when {{ cell.name | text }} then {{ cell.sql }}
        {%- endfor %}
    end as value,
    message
from known
union all
-- total rows are no records: their label is their key; a table without records has none
-- a stale correction is no partner's business
select distinct
    tbl,
    null as record,
    null as row,
    key,
    key as identity,
    code,
    'warning' as severity,
    coalesce(col, '') as col,
    null as value,
    message
from warnings
where record is null and code <> {{ stale | text }} and tbl = {{ table | text }}

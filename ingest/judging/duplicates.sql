-- Later copies of identical records, and all records that share a key and differ.
insert into findings
-- Grouping by the bare values finds the few candidates quickly; what could not be read as a value is looked
-- at as delivered, among the candidates only.
with candidate as (
    select _record, _hash, [{{ key_parts | join(', ') }}] as key
    from {{ records }} as rec
    semi join (
        select {{ key_values | join(', ') }} from {{ records }}
        group by {{ key_values | join(', ') }}
        having count(*) > 1
    ) as shared
        on {{ same_key }}
),

compared as (
    select
        *,
        len(list_filter(key, lambda part: part is null)) > 0 as is_holed,
        row_number() over (partition by key, _hash order by _record) as copy,
        min(_hash) over (partition by key) <> max(_hash) over (partition by key) as differs
    from candidate
)

select {{ table | text }} as tbl, _record, 'exact_duplicate' as code, null as col from compared
where copy > 1
union all
select {{ table | text }} as tbl, _record, {{ conflict | text }} as code, {{ first_key | text }} as col
from compared
where differs and not is_holed

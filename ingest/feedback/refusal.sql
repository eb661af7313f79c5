-- The one finding of a refused file: that it was refused.
select
    {{ file | text }} as file,
    '' as "table",
    cast(null as bigint) as row,
    cast(null as bigint) as record,
    '' as key,
    {{ code | text }} as code,
    'error' as severity,
    '' as "column",
    '' as column_letter,
    {{ message | text }} as message,
    '' as expected,
    {{ fix | text }} as fix,
    '' as identity,
    {{ status | text }} as status

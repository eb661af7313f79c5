-- The findings of a delivery as the lake keeps them, personal values and keys masked.
select
    {{ file | text }} as file,
    stated.tbl as "table",
    row,
    record,
    case when stated.tbl in ({{ hidden | join(', ') }}) then {{ mask | text }} else stated.key end as key,
    stated.code,
    severity,
    stated.col as "column",
    letter as column_letter,
    replace(
        text, '{value}',
        case
            when value is null then 'this'
            when is_personal then '"' || {{ mask | text }} || '"'
            else '"' || value || '"'
        end
    ) as message,
    expected,
    fix,
    identity,
    status
from stated
inner join texts using (tbl, code, col, message)
order by stated.tbl, record nulls last, stated.key, stated.code, stated.col

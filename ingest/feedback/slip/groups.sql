-- Findings gathered by table, column, code and, where equal values come often, value; errors first.
with counted as (
    select tbl, code, col, value, count(*) as times
    from stated
    where value is not null and severity = 'error' and code in ({{ by_value | join(', ') }})
    group by all
),

ranked as (
    select
        *,
        row_number() over (partition by tbl, code, col order by times desc, value asc) as place,
        count(*) over (partition by tbl, code, col) as kinds
    from counted
),

-- values that have a line of their own
shown as (
    select tbl, code, col, value, value as line from ranked
    where place <= {{ values_shown }} and (times > 1 or kinds = 1)
)

select
    stated.tbl,
    stated.code,
    stated.severity,
    stated.col,
    list(distinct stated.value order by stated.value)[1:{{ examples_shown }}] as examples,
    count(distinct stated.value) as kinds,
    count(*) as findings,
    count(*) filter (stated.status = 'new') as new_findings,
    (list(stated.row order by stated.row) filter (stated.row is not null))[1:{{ rows_listed }}] as rows,
    list(distinct stated.key order by stated.key)[1:{{ keys_shown }}] as keys,
    min(stated.message) as message
from stated
left join shown
    on stated.tbl = shown.tbl and stated.code = shown.code and stated.col = shown.col
        and stated.value = shown.value
-- total rows have a block of their own
where stated.record is not null or stated.code <> 'total_mismatch'
group by stated.tbl, stated.code, stated.severity, stated.col, shown.line
order by
    stated.severity asc,
    count(*) desc,
    stated.tbl asc,
    stated.code asc,
    stated.col asc,
    shown.line asc nulls last

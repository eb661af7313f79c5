-- The faulty rows of a table as delivered, with the findings of each; errors first where not all fit.
with marked as (
    select
        record,
        list(
            {'code': code, 'severity': severity, 'status': status, 'col': col, 'message': message}
            order by severity, col, code
        ) as marks,
        min(severity) as worst
    from stated
    where tbl = {{ table | text }} and record is not null
    group by record
),

kept as (
    select * from marked
    order by worst, record
    limit {{ most }}
)

select _row, kept.marks, (select count(*) from marked) as faulty, {{ cells | join(', ') }}
from {{ records }} as records
inner join kept on records._record = kept.record
order by _record

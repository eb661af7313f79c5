-- A warning where the true dates and the texts of a column part at the 12th of the month.
insert into warnings
with dates as (
    select
        *,
        day({{ date }}) as day_of_month,
        coalesce(_delivered[{{ column | text }}], '') as delivered
    from {{ records }}
    where {{ date }} is not null
),

told as (
    select
        *,
        regexp_matches(delivered, '^\s*[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}') as is_text
    from dates
),

counted as (
    select
        count(*) filter (where is_text) as texts,
        count(*) filter (where not is_text) as true_dates,
        bool_and(is_text = (day_of_month > 12)) as part_there,
        min(_record) filter (where not is_text) as first_record
    from told
)

select
    {{ table | text }} as tbl,
    told._record as record,
    'swapped_dates' as code,
    {{ column | text }} as col,
    {{ key }} as key,
    {{ column | text }} || ': all ' || counted.true_dates || ' true dates have a day up to 12, all '
    || counted.texts || ' dates in text a day above. It looks as if days were taken for months where '
    || 'the file was opened: compare them with the original list, and write them as YYYY-MM-DD.' as message
from counted
inner join told on counted.first_record = told._record
where counted.part_there and counted.texts >= {{ fewest }} and counted.true_dates >= {{ fewest }}

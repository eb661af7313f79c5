-- A warning where dates in text can be read in the other order of day and month only.
insert into warnings
with told as (
    select
        *,
        regexp_extract_all(
            regexp_extract(
                coalesce(_delivered[{{ column | text }}], ''),
                '^\s*[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}'
            ),
            '[0-9]+'
        ) as numbers
    from {{ records }}
),

placed as (
    select
        *,
        try_cast(numbers[{{ 1 if order == 'dmy' else 2 }}] as integer) as day_of_month,
        try_cast(numbers[{{ 2 if order == 'dmy' else 1 }}] as integer) as month_of_year
    from told
    where len(numbers) = 3
),

counted as (
    select
        count(*) filter (where month_of_year > 12 and day_of_month <= 12) as other_only,
        count(*) filter (where day_of_month > 12 and month_of_year <= 12) as this_only,
        count(*) filter (where day_of_month <= 12 and month_of_year <= 12) as either,
        min(_record) filter (where day_of_month <= 12 and month_of_year <= 12) as first_record
    from placed
)

select
    {{ table | text }} as tbl,
    placed._record as record,
    'swapped_dates' as code,
    {{ column | text }} as col,
    {{ key }} as key,
    {{ column | text }} || ': ' || counted.other_only || ' dates can be read as {{ other }} only, none as '
    || '{{ order }} only, as the contract says, and ' || counted.either || ' as both. It looks as if '
    || 'the column were written as {{ other }}: compare them with the original list, and write them as '
    || 'YYYY-MM-DD.' as message
from counted
inner join placed on counted.first_record = placed._record
where counted.other_only >= {{ fewest }} and counted.this_only = 0

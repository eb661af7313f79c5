-- One row per region and over_time: how many units the value counts, and how many records support them.
with counted as (
    select
        *,
        {'file': _file, 'table': _table, 'record': _record} as record
    from scope
)

select
    region,
    over_time,
    count(distinct unit_id) as units,
    count(distinct case when in_numerator then unit_id end) as units_in_numerator,
    count(distinct record) as records,
    count(distinct case when in_numerator then record end) as records_in_numerator
from counted
group by region, over_time
order by region, over_time

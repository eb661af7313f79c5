-- One row per unit and delivered record, however often the value is stated over time; the numerator first.
select
    unit_id,
    in_numerator,
    value,
    weight,
    region,
    source,
    drop_quarter,
    _file,
    _table,
    _row,
    _record,
    _sha256
from scope
qualify row_number() over (partition by region, unit_id, _file, _table, _record order by over_time) = 1
order by in_numerator desc nulls last, _file asc, _table asc, _record asc, unit_id asc
limit {{ rows }}

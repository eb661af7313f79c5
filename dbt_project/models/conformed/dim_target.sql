-- Grain: one row per donor, indicator and quarter.
select
    donor,
    indicator,
    for_quarter as quarter,
    target,
    baseline,
    baseline_period,
    note,
    _file,
    _row,
    _sha256
from {{ ref('stg_target') }}

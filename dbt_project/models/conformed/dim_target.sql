-- Grain: one row per donor, indicator and quarter.
{{ config(materialized='table') }}
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

-- Grain: one row per quarter and pair of currencies; a rate is units of to_currency for one from_currency.
{{ config(materialized='table') }}
select
    for_quarter as quarter,
    from_currency,
    to_currency,
    rate,
    rate_source,
    _file,
    _row,
    _sha256
from {{ ref('stg_exchange_rate') }}

-- Grain: one row per region, source, quarter (of the round), stratum and primary sampling unit with an accepted unit.
{{ config(materialized='view') }}
select distinct
    region,
    source,
    quarter,
    stratum,
    psu
from {{ ref('fct_outcome_observed') }}
where stratum is not null and psu is not null

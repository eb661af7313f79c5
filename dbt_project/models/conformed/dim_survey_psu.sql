-- Grain: one row per region, source, quarter (of the round), stratum and primary sampling unit.
-- Those with an accepted unit of any type: they all count in a variance.
{{ config(materialized='view') }}
select distinct
    region,
    source,
    quarter,
    stratum,
    psu
from {{ ref('fct_outcome_observed') }}
where stratum is not null and psu is not null

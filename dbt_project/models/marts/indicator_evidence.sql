-- Grain: one row per donor, indicator, quarter, over_time, region, unit and supporting record.
-- A view: evidence is stored once, by the period of its drop, and serves every quarter that reports from it.
{{ config(materialized='view') }}
select
    evidence.donor,
    evidence.indicator,
    evidence.definition_version,
    frame.quarter,
    evidence.region,
    evidence.over_time,
    evidence.unit_type,
    evidence.unit_id,
    evidence.in_population,
    evidence.in_numerator,
    evidence.is_complete,
    evidence.weight,
    evidence.value,
    evidence.stratum,
    evidence.psu,
    evidence.categories,
    evidence.source,
    evidence.drop_quarter,
    evidence._file,
    evidence._table,
    evidence._row,
    evidence._record,
    evidence._sha256
from {{ ref('evidence') }} as evidence
inner join {{ ref('reporting_frame') }} as frame
    on evidence.donor = frame.donor and evidence.indicator = frame.indicator
        and evidence.over_time = frame.over_time and evidence.region = frame.region
        and evidence.period = frame.period
where frame.is_served

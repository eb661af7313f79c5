-- Grain: one row per region, source, quarter (of the drop), entity and local identifier that is resolved.
{{ config(materialized='view') }}
select
    region,
    source,
    quarter,
    entity,
    local_id,
    max(canonical_id) as canonical_id
from {{ ref('stg_crosswalk') }}
where canonical_id is not null and of_quarter = quarter
group by region, source, quarter, entity, local_id

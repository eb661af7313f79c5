-- Grain: one row per region, source, quarter (of the drop) and observed unit.
-- A view: survey rounds are small and serve quarters far from their own, so no quarter's copy is kept.
{{ config(materialized='view') }}
select
    observed.region,
    observed.source,
    observed.quarter,
    observed.unit_id,
    observed.unit_type,
    observed.parent_unit_id,
    coalesce(known.canonical_id, observed.person_id) as person_id,
    coalesce(found.canonical_id, observed.household_id) as household_id,
    observed.institution_id,
    observed.place_id,
    observed.observed_on,
    observed.weight,
    observed.stratum,
    observed.psu,
    observed.answers,
    observed._file,
    observed._table,
    observed._row,
    observed._record,
    observed._sha256
from {{ ref('stg_outcome') }} as observed
-- the household that linkage found for an interview, of the interview and of whoever was asked about in it
left join {{ ref('bridge_identity') }} as found
    on observed.region = found.region and observed.source = found.source and observed.quarter = found.quarter
        and found.entity = 'household'
        and coalesce(observed.parent_unit_id, observed.unit_id) = found.local_id
left join {{ ref('bridge_identity') }} as known
    on observed.region = known.region and observed.source = known.source and observed.quarter = known.quarter
        and known.entity = 'person' and observed.person_id = known.local_id

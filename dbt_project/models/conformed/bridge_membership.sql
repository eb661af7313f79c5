-- Grain: one row per region, source, quarter (of the extract) and membership spell.
-- Somebody registered more than once is one person, under the identifier that linkage gives.
select
    spell.region,
    spell.source,
    spell.quarter,
    spell.institution_id,
    spell.household_id,
    coalesce(found.canonical_id, spell.person_id) as person_id,
    spell.role,
    spell.joined_on,
    spell.left_on,
    spell._file,
    spell._table,
    spell._row,
    spell._record,
    spell._sha256
from {{ ref('stg_membership') }} as spell
left join {{ ref('bridge_identity') }} as found
    on spell.region = found.region and spell.source = found.source and spell.quarter = found.quarter
        and found.entity = 'person' and spell.person_id = found.local_id
where spell.quarter in {{ quarter_list() }}

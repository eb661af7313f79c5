-- Grain: one row per region, source, quarter (of the extract) and person.
-- The keyed pseudonym of the official identifier stays in staging: nothing here needs it.
select
    region,
    source,
    quarter,
    person_id,
    household_id,
    place_id,
    sex,
    birth_year,
    disability,
    attributes,
    _file,
    _table,
    _row,
    _record,
    _sha256
from {{ ref('stg_person') }}
where quarter in {{ quarter_list() }}

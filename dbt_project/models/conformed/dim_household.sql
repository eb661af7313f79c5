-- Grain: one row per region, source, quarter (of the extract) and household.
with household as (
    select * from {{ ref('stg_household') }}
    where quarter in {{ quarter_list() }}
)

select
    household.region,
    household.source,
    household.quarter,
    household.household_id,
    household.place_id,
    coalesce(dim_place.district, 'unknown') as district,
    household.poverty_score,
    coalesce(household.poverty_band, 'unknown') as poverty_band,
    household.poverty_score_on,
    household.household_size,
    household.attributes,
    household._file,
    household._table,
    household._row,
    household._record,
    household._sha256
from household
left join {{ ref('dim_place') }} as dim_place
    on household.region = dim_place.region and household.source = dim_place.source
        and household.quarter = dim_place.quarter and household.place_id = dim_place.place_id

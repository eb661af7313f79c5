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
    -- bands of the poverty score card, each with its lower and without its upper bound
    case
        when household.poverty_score is null then 'unknown'
        when household.poverty_score < 12 then 'extremely_poor'
        when household.poverty_score < 19 then 'chronically_poor'
        when household.poverty_score < 24 then 'transitory_poor'
        else 'non_poor'
    end as poverty_band,
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

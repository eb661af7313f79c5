-- Grain: one row per region, source, quarter (of the extract) and place.
with place as (
    select * from {{ ref('stg_place') }}
    where quarter in {{ quarter_list() }}
)

select
    place.region,
    place.source,
    place.quarter,
    place.place_id,
    place.place_type,
    place.place_name,
    place.parent_place_id,
    -- a district is at most three levels up: block, union council, district
    case
        when place.place_type = 'district' then place.place_name
        when parent.place_type = 'district' then parent.place_name
        when grandparent.place_type = 'district' then grandparent.place_name
    end as district,
    place.attributes,
    place._file,
    place._table,
    place._row,
    place._record,
    place._sha256
from place
left join place as parent
    on place.region = parent.region and place.source = parent.source and place.quarter = parent.quarter
        and place.parent_place_id = parent.place_id
left join place as grandparent
    on parent.region = grandparent.region and parent.source = grandparent.source
        and parent.quarter = grandparent.quarter and parent.parent_place_id = grandparent.place_id

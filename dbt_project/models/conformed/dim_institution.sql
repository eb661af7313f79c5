-- Grain: one row per region, source, quarter (of the extract) and institution.
with institution as (
    select * from {{ ref('stg_institution') }}
    where quarter in {{ quarter_list() }}
),

located as (
    -- an institution without a place of its own lies where its federation lies, two levels up at most
    select
        institution.*,
        coalesce(institution.place_id, parent.place_id, grandparent.place_id) as located_place_id
    from institution
    left join institution as parent
        on institution.region = parent.region and institution.source = parent.source
            and institution.quarter = parent.quarter
            and institution.parent_institution_id = parent.institution_id
    left join institution as grandparent
        on parent.region = grandparent.region and parent.source = grandparent.source
            and parent.quarter = grandparent.quarter
            and parent.parent_institution_id = grandparent.institution_id
)

select
    located.region,
    located.source,
    located.quarter,
    located.institution_id,
    located.tier,
    located.local_type,
    located.institution_name,
    located.parent_institution_id,
    located.located_place_id as place_id,
    coalesce(dim_place.district, 'unknown') as district,
    located.formed_on,
    located.closed_on,
    located.status,
    coalesce(located.status, 'active') = 'closed'
    or coalesce(located.closed_on <= {{ quarter_end('located.quarter') }}, false) as is_closed,
    located.attributes,
    located._file,
    located._table,
    located._row,
    located._record,
    located._sha256
from located
left join {{ ref('dim_place') }} as dim_place
    on located.region = dim_place.region and located.source = dim_place.source
        and located.quarter = dim_place.quarter and located.located_place_id = dim_place.place_id

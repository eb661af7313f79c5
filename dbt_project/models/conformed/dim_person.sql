-- Grain: one row per region, source, quarter (of the extract) and person.
-- Someone registered more than once is one row, under the identifier that linkage gives; it shows what the
-- registration of that name says, or else the first. Pseudonyms of official identifiers stay in staging.
with linked as (
    select region, source, quarter, local_id, canonical_id from {{ ref('bridge_identity') }}
    where entity = 'person' and quarter in {{ quarter_list() }}
),

-- who is known by several registrations is few people: only of those one has to be chosen
candidate as (
    select region, source, quarter, canonical_id, local_id from linked

    union

    select linked.region, linked.source, linked.quarter, linked.canonical_id, linked.canonical_id as local_id
    from linked
    inner join {{ ref('stg_person') }} as registration
        on linked.region = registration.region and linked.source = registration.source
            and linked.quarter = registration.quarter and linked.canonical_id = registration.person_id
),

standing as (
    select
        region,
        source,
        quarter,
        canonical_id,
        coalesce(max(case when local_id = canonical_id then local_id end), min(local_id)) as local_id
    from candidate
    group by region, source, quarter, canonical_id
)

select
    registration.region,
    registration.source,
    registration.quarter,
    coalesce(candidate.canonical_id, registration.person_id) as person_id,
    registration.household_id,
    registration.place_id,
    registration.sex,
    registration.birth_year,
    registration.disability,
    registration.attributes,
    registration._file,
    registration._table,
    registration._row,
    registration._record,
    registration._sha256
from {{ ref('stg_person') }} as registration
left join candidate
    on registration.region = candidate.region and registration.source = candidate.source
        and registration.quarter = candidate.quarter and registration.person_id = candidate.local_id
left join standing
    on candidate.region = standing.region and candidate.source = standing.source
        and candidate.quarter = standing.quarter and candidate.canonical_id = standing.canonical_id
where registration.quarter in {{ quarter_list() }}
    and (candidate.local_id is null or candidate.local_id = standing.local_id)

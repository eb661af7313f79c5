-- Grain: one row per region, source, quarter (of the extract) and service received.
with identity as (
    select * from {{ ref('bridge_identity') }}
    where entity = 'person' and quarter in {{ quarter_list() }}
)

select
    service.region,
    service.source,
    service.quarter,
    service.service_id,
    service.service_code,
    service.common_service_code,
    coalesce(by_person.canonical_id, by_record.canonical_id, service.person_id) as person_id,
    service.household_id,
    service.institution_id,
    service.place_id,
    service.opened_on,
    service.applied_on,
    service.decided_on,
    service.decision,
    service.received_on,
    {{ days_between('service.opened_on', 'service.received_on') }} as days_to_receipt,
    service.amount,
    service.currency,
    service.quantity,
    service.attributes,
    service._file,
    service._table,
    service._row,
    service._record,
    service._sha256
from {{ ref('stg_service') }} as service
-- whom the linkage knows the person as; where a record names no person, whom it found for the record
left join identity as by_person
    on service.region = by_person.region and service.source = by_person.source
        and service.quarter = by_person.quarter and service.person_id = by_person.local_id
left join identity as by_record
    on service.region = by_record.region and service.source = by_record.source
        and service.quarter = by_record.quarter and service.service_id = by_record.local_id
where service.quarter in {{ quarter_list() }}

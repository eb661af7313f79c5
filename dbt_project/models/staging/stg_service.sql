-- Grain: one row per service received and extract.
with source as (
    select * from {{ feed('service') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        service_id,
        service_code,
        -- a code that the contract gives no other is the one all partners share
        coalesce(common_service_code, service_code) as common_service_code,
        person_id,
        household_id,
        institution_id,
        place_id,

        opened_on,
        applied_on,
        decided_on,
        decision,
        received_on,

        amount,
        currency,
        quantity,

        attributes,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

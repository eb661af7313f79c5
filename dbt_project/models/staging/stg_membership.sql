-- Grain: one row per spell of membership and extract.
with source as (
    select * from {{ feed('membership') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        institution_id,
        household_id,
        person_id,

        role,
        joined_on,
        left_on,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

-- Grain: one row per observed unit and drop.
with source as (
    select * from {{ feed('outcome') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        unit_id,
        unit_type,
        parent_unit_id,
        person_id,
        household_id,
        institution_id,
        place_id,

        observed_on,
        weight,
        stratum,
        psu,

        answers,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

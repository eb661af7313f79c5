-- Grain: one row per place, measure and breakdown of a drop.
with source as (
    select * from {{ feed('place_total') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        place_id,
        measure,

        value,

        attributes,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

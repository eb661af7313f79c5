-- Grain: one row per place and extract.
with source as (
    select * from {{ feed('place') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        place_id,
        place_type,
        place_name,
        parent_place_id,
        attributes,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

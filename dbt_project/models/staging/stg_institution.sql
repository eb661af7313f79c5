-- Grain: one row per institution and extract.
with source as (
    select * from {{ feed('institution') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        institution_id,
        tier,
        local_type,
        institution_name,
        parent_institution_id,
        place_id,

        formed_on,
        closed_on,
        status,

        attributes,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

-- Grain: one row per household and extract.
with source as (
    select * from {{ feed('household') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        household_id,
        place_id,

        poverty_score,
        poverty_band,
        poverty_score_on,
        household_size,

        attributes,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

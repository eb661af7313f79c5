-- Grain: one row per printed value of a drop.
with source as (
    select * from {{ feed('reported_value') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        indicator,
        label,
        column_label,

        value,
        note,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

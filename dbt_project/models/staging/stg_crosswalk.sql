-- Grain: one row per linked record and drop: who the linkage says it is.
with source as (
    select * from {{ feed('crosswalk') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        entity,
        of_quarter,
        local_id,
        canonical_id,

        method,
        match_weight,
        status,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

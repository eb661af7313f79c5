-- Grain: one row per donor, indicator and quarter.
with source as (
    select * from {{ feed('target') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        donor,
        indicator,
        for_quarter,

        target,
        baseline,
        baseline_period,
        note,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

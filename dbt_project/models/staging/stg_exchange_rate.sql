-- Grain: one row per pair of currencies and quarter.
with source as (
    select * from {{ feed('exchange_rate') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        for_quarter,
        from_currency,
        to_currency,

        rate,
        rate_source,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

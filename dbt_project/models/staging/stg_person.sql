-- Grain: one row per person and extract.
with source as (
    select * from {{ feed('person') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        person_id,
        household_id,
        place_id,
        official_id_key,

        sex,
        birth_year,
        disability,

        attributes,

        _file,
        _table,
        _row,
        _record,
        _sha256
    from source
)

select * from renamed

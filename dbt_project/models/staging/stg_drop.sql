-- Grain: one row per delivered file.
with source as (
    select * from {{ feed('drop') }}
),

renamed as (
    select
        region,
        source,
        quarter,

        file as file_name,
        part,
        sha256,
        received_at,
        status,
        refusal,
        cadence
    from source
)

select * from renamed

-- Grain: one row per region, source, quarter (of the extract) and membership spell.
select * from {{ ref('stg_membership') }}
where quarter in {{ quarter_list() }}

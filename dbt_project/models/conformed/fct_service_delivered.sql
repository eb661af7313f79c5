-- Grain: one row per region, source, quarter (of the extract) and service received.
select * from {{ ref('stg_service') }}
where quarter in {{ quarter_list() }}

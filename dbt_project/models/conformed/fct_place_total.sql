-- Grain: one row per region, source, quarter (of the extract) and place, measure and breakdown.
select * from {{ ref('stg_place_total') }}
where quarter in {{ quarter_list() }}

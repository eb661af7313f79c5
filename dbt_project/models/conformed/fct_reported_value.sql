-- Grain: one row per region, source, quarter (of the drop), indicator, label and column of a printed table.
{{ config(materialized='view') }}
select * from {{ ref('stg_reported_value') }}

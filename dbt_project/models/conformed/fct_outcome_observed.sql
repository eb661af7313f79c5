-- Grain: one row per region, source, quarter (of the drop) and observed unit.
-- A view: survey rounds are small and serve quarters far from their own, so no quarter's copy is kept.
{{ config(materialized='view') }}
select * from {{ ref('stg_outcome') }}

-- Grain: one row per region, source, quarter (of the extract) and place, measure and breakdown.
{{ config(materialized='incremental', incremental_strategy='replace_quarters', unique_key=['quarter'], on_schema_change='fail') }}
select * from {{ ref('stg_place_total') }}
where quarter in {{ quarter_list() }}

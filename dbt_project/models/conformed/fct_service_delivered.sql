-- Grain: one row per region, source, quarter (of the extract) and service received.
{{ config(materialized='incremental', incremental_strategy='replace_quarters', unique_key=['quarter'], on_schema_change='fail') }}
select * from {{ ref('stg_service') }}
where quarter in {{ quarter_list() }}

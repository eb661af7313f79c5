-- Grain: one row per donor, indicator, over_time, reported region, region that feeds it, and needed source.
{{ config(materialized='table') }}
{{ indicator_source_rows() }}

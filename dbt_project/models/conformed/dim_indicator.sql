-- Grain: one row per donor, indicator and over_time, as given in the logframes.
{{ config(materialized='table') }}
{{ indicator_rows() }}

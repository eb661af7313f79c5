-- Grain: one row per donor, indicator and over_time: the reference sheets.
select * from {{ ref('dim_indicator') }}

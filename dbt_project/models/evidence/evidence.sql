-- Grain: one row per donor, indicator, over_time, region, period, unit and record; a period is named by the
-- quarter of the drop that closes it.
{{ config(
    materialized='incremental', incremental_strategy='replace_quarters',
    unique_key=['period', 'donor', 'indicator', 'over_time', 'region'], on_schema_change='fail'
) }}
{%- for kind in ['distinct_count', 'sum', 'ratio', 'median', 'survey_share'] %}
    {{ 'union all' if not loop.first }}
    select * from {{ ref('evidence_' ~ kind) }}
{%- endfor %}

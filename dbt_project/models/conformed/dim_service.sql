-- Grain: one row per service or scheme, by the common code that all partners' own codes lead to.
-- The catalogue that all share, and what programmes declare of their own.
{{ config(materialized='table') }}
select
    service_code,
    service_name,
    service_kind
from {{ ref('service_catalogue') }}

union all

select
    service_code,
    service_name,
    service_kind
from ({{ service_rows() }})

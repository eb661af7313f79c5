-- Grain: one row per service or scheme, by the common code that all partners' own codes lead to.
{{ config(materialized='table') }}
select
    service_code,
    service_name,
    service_kind
from {{ ref('service_catalogue') }}

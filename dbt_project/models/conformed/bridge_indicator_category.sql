-- Grain: one row per donor, indicator, over_time, region, dimension and category that is always listed.
{{ config(materialized='table') }}
with listed as (
    {{ indicator_category_rows() }}
),

regions as (
    select distinct donor, indicator, over_time, region, member_region
    from {{ ref('bridge_indicator_source') }}
),

places as (
    select distinct region, place_type, place_name from {{ ref('dim_place') }}
)

select distinct
    listed.donor,
    listed.indicator,
    listed.over_time,
    regions.region,
    listed.dimension,
    coalesce(listed.category, places.place_name) as category
from listed
inner join regions
    on listed.donor = regions.donor and listed.indicator = regions.indicator
        and listed.over_time = regions.over_time
left join places on listed.place_type = places.place_type and regions.member_region = places.region
where coalesce(listed.category, places.place_name) is not null

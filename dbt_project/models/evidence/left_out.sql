-- Grain: one row per donor, indicator, over_time, region, period, dimension and category left out of.
-- How many delivered records count nowhere, since what they are counted with is empty.
{{ config(materialized='table') }}
with record as (
    select distinct
        donor, indicator, over_time, region, period, in_population, categories,
        region || '/' || _sha256 || '/' || _file || '/' || _table || '/'
        || cast(_record as {{ sql_type('varchar') }}) as record
    from {{ ref('evidence') }}
    where not is_complete
),

by_category as (
    {{ unnest_categories('record', 'donor, indicator, over_time, region, period, record') }}

    union all

    select
        donor, indicator, over_time, region, period, record,
        'all' as dimension, 'all' as category
    from record
    where in_population
),

regions as (
    select distinct donor, indicator, over_time, region, member_region, since, until
    from {{ ref('bridge_indicator_source') }}
)

select
    by_category.donor,
    by_category.indicator,
    by_category.over_time,
    regions.region,
    by_category.period,
    by_category.dimension,
    by_category.category,
    cast(count(distinct by_category.record) as bigint) as record_count
from by_category
inner join regions
    on by_category.donor = regions.donor and by_category.indicator = regions.indicator
        and by_category.over_time = regions.over_time and by_category.region = regions.member_region
        and (
            regions.region = regions.member_region
            or by_category.period between coalesce(regions.since, by_category.period)
            and coalesce(regions.until, by_category.period)
        )
group by all

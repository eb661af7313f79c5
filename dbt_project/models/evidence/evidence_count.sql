-- Grain: one row per donor, indicator, over_time, region, period, dimension and category.
-- All kinds but survey shares; complete records, and those a sum has nothing of: it is 0 and says how many.
-- Sums are of decimals: the order of rows does not matter.
{{ config(materialized='table') }}
with evidence as (
    -- an identifier is unique in its region only
    select evidence.*, evidence.region || '/' || evidence.unit_id as unit_key
    from {{ ref('evidence') }} as evidence
    inner join {{ ref('dim_indicator') }} as dim_indicator using (donor, indicator, over_time)
    inner join {{ ref('dim_period') }} as dim_period
        on evidence.period = dim_period.quarter and evidence.region = dim_period.region
            and evidence.source = dim_period.source
    where dim_indicator.kind <> 'survey_share' and (evidence.is_complete or dim_indicator.kind = 'sum')
),

regions as (
    select distinct donor, indicator, over_time, region, member_region, since, until
    from {{ ref('bridge_indicator_source') }}
),

by_category as (
    {{ unnest_categories(
        'evidence', 'donor, indicator, over_time, region, period, unit_key, in_numerator, weight, value'
    ) }}

    union all

    select
        donor, indicator, over_time, region, period, unit_key, in_numerator, weight, value,
        'all' as dimension, 'all' as category
    from evidence
    where in_population
)

select
    by_category.donor,
    by_category.indicator,
    by_category.over_time,
    regions.region,
    by_category.period,
    by_category.dimension,
    by_category.category,
    count(*) as record_count,
    count(distinct by_category.unit_key) as unit_count,
    count(distinct case when by_category.in_numerator then by_category.unit_key end) as numerator_count,
    sum(by_category.value) as value_sum,
    sum(by_category.weight) as weight_sum,
    median(by_category.value) as value_median
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

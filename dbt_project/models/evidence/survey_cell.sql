-- Grain: one row per donor, indicator, over_time, region, source, period, dimension, category and primary
-- sampling unit with a unit in the category. Weights are decimals, so these sums are exact.
{{ config(materialized='table') }}
with unit as (
    -- several records can support one unit; they carry the same weight and place in the sample.
    -- Only survey shares have strata.
    select
        donor,
        indicator,
        over_time,
        region,
        source,
        period,
        unit_id,
        max(stratum) as stratum,
        max(psu) as psu,
        max(weight) as weight,
        bool_and(in_numerator) as in_numerator,
        min_by(categories, _record) as categories
    from {{ ref('evidence') }}
    where stratum is not null
    group by donor, indicator, over_time, region, source, period, unit_id
),

by_category as (
    {{ unnest_categories(
        'unit', 'donor, indicator, over_time, region, source, period, psu, stratum, weight, in_numerator'
    ) }}

    union all

    select
        donor, indicator, over_time, region, source, period, psu, stratum, weight, in_numerator,
        'all' as dimension, 'all' as category
    from unit
)

select
    donor,
    indicator,
    over_time,
    region,
    source,
    period,
    dimension,
    category,
    stratum,
    psu,
    count(*) as unit_count,
    sum(weight) as weight_sum,
    sum(case when in_numerator then weight else 0 end) as numerator_sum
from by_category
group by all

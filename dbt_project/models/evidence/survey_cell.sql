-- Grain: one row per donor, indicator, over_time, region, source, period, dimension, category and primary
-- sampling unit with a unit in the category. Weights are decimals, so these sums are exact. Complete records.
{{ config(materialized='table') }}
with sampled as (
    select evidence.*
    from {{ ref('evidence') }} as evidence
    inner join {{ ref('dim_indicator') }} as dim_indicator using (donor, indicator, over_time)
    where dim_indicator.kind = 'survey_share' and evidence.is_complete
),

by_category as (
    {{ unnest_categories(
        'sampled',
        'donor, indicator, over_time, region, source, period, unit_id, psu, stratum, weight, in_numerator'
    ) }}

    union all

    select
        donor, indicator, over_time, region, source, period, unit_id, psu, stratum, weight, in_numerator,
        'all' as dimension, 'all' as category
    from sampled
    where in_population
),

unit as (
    -- several records can support one unit, in one category or in several; they carry the same weight and
    -- place in the sample
    select
        donor,
        indicator,
        over_time,
        region,
        source,
        period,
        dimension,
        category,
        unit_id,
        max(stratum) as stratum,
        max(psu) as psu,
        max(weight) as weight,
        bool_and(in_numerator) as in_numerator
    from by_category
    group by all
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
from unit
group by all

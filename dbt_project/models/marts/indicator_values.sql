-- Grain: one row per donor, indicator, quarter, region, over_time, dimension, category and currency.
{{ config(
    materialized='incremental', incremental_strategy='replace_quarters', unique_key=['quarter'], on_schema_change='fail'
) }}
with stated as (
    select
        s.*,
        cast(t.baseline as double) as baseline,
        t.baseline_period,
        cast(t.target as double) as target,
        (s.value - cast(t.baseline as double))
        / nullif(cast(t.target - t.baseline as double), 0) as achievement
    from {{ ref('stated_value') }} as s
    left join {{ ref('dim_target') }} as t
        on s.takes_target and s.donor = t.donor and s.indicator = t.indicator and s.quarter = t.quarter
)

select
    donor,
    indicator,
    quarter,
    region,
    over_time,
    dimension,
    category,
    cast(value as double) as value,
    unit,
    currency,
    numerator,
    denominator,
    n,
    se,
    ci_low,
    ci_high,
    deff,
    baseline,
    target,
    achievement,
    state,
    'provisional' as status,
    {{ literal(none) }} as release,
    definition_version,
    {{ donor_fiscal_label('donor', 'quarter') }} as fiscal_label,
    df,
    {{ traffic_light('donor', 'achievement') }} as light,
    reason,
    period,
    drops,
    cast(left_out as bigint) as left_out,
    note,
    baseline_period
from stated
order by donor, position, quarter, region, over_time, dimension, category, currency

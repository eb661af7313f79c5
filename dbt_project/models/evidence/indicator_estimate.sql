-- Grain: one row per donor, indicator, over_time, region, period, dimension and category that has evidence.
{{ config(
    materialized='incremental', incremental_strategy='replace_quarters',
    unique_key=['period', 'donor', 'indicator', 'over_time', 'region'], on_schema_change='fail'
) }}
with counted as (
    select
        c.*,
        i.kind,
        i.n_counts,
        i.scale,
        case i.kind
            when 'distinct_count' then cast(c.numerator_count as double)
            when 'median' then null
            -- units above as below: each once, however many records it has
            when 'ratio'
                then case
                        when i.denominator = 'units' and i.value_expression is null
                            then cast(c.numerator_count as double)
                        else cast(c.value_sum as double)
                    end
            else cast(c.value_sum as double)
        end as numerator,
        case
            when i.kind in ('distinct_count', 'ratio') and i.denominator = 'units'
                then cast(c.unit_count as double)
            when i.kind = 'ratio' then cast(c.weight_sum as double)
        end as denominator
    from {{ ref('evidence_count') }} as c
    inner join {{ ref('dim_indicator') }} as i
        on c.donor = i.donor and c.indicator = i.indicator and c.over_time = i.over_time
)

select
    donor,
    indicator,
    over_time,
    region,
    period,
    dimension,
    category,
    case kind
        when 'median' then cast(value_median as double)
        when 'ratio' then scale * numerator / nullif(denominator, 0)
        else numerator
    end as value,
    numerator,
    denominator,
    cast(case n_counts
        when 'records' then record_count
        when 'value' then value_sum
        when 'denominator' then denominator
        else unit_count
    end as bigint) as n,
    value_sum,
    cast(null as double) as se,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(null as double) as deff,
    cast(null as int) as df
from counted

union all

select
    donor,
    indicator,
    over_time,
    region,
    period,
    dimension,
    category,
    100 * share as value,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(n as bigint) as n,
    cast(null as decimal(38, 6)) as value_sum,
    100 * se as se,
    case share
        when 0 then 0 * exact_width
        when 1 then 100 * (1 - exact_width)
        else 100 / (1 + (1 - share) / share * exp(logit_half_width))
    end as ci_low,
    case share
        when 0 then 100 * exact_width
        when 1 then 100 + 0 * exact_width
        else 100 / (1 + (1 - share) / share * exp(-logit_half_width))
    end as ci_high,
    deff,
    cast(df as int) as df
from {{ ref('survey_share') }}

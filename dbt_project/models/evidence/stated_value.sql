-- Grain: one row per donor, indicator, over_time, region, quarter, dimension, category and currency.
with currencies as (
    {{ indicator_currency_rows() }}
),

estimated as (
    select
        cell.*,
        i.definition_version,
        i.position,
        i.unit,
        -- a target is for the total of all regions together, in the currency of the records
        i.has_target and currencies.is_native and cell.dimension = 'all'
        and cell.region = coalesce(i.together, cell.region) as takes_target,
        currencies.currency,
        i.currency as native_currency,
        rate.rate,
        cell.is_served and not currencies.is_native and rate.rate is null as lacks_rate,
        -- nothing counted is zero; of nothing there is no share, ratio or median
        i.kind in ('distinct_count', 'sum') as is_count,
        i.kind = 'distinct_count' and i.denominator is not null as counts_part,
        i.kind in ('ratio', 'survey_share') as is_share,
        i.n_by_category or cell.dimension = 'all' as states_n,
        e.value,
        e.numerator,
        e.denominator,
        case when cell.dimension = 'all' then coalesce(i.n_of_total, e.n) else e.n end as n,
        e.value_sum,
        e.se,
        e.ci_low,
        e.ci_high,
        e.deff,
        e.df,
        case when cell.is_served then coalesce(o.record_count, 0) end as left_out,
        e.period is null and coalesce(o.record_count, 0) > 0 as is_blank
    from {{ ref('stated_cell') }} as cell
    inner join {{ ref('dim_indicator') }} as i using (donor, indicator, over_time)
    inner join currencies using (donor, indicator, over_time)
    left join {{ ref('indicator_estimate') }} as e
        using (donor, indicator, over_time, region, period, dimension, category)
    left join {{ ref('left_out') }} as o
        using (donor, indicator, over_time, region, period, dimension, category)
    left join {{ ref('dim_exchange_rate') }} as rate
        on cell.quarter = rate.quarter and i.currency = rate.from_currency
            and currencies.currency = rate.to_currency and not currencies.is_native
),

judged as (
    select
        *,
        case
            when not is_served or lacks_rate then 'not_reported'
            when (is_count and not is_blank) or value is not null then 'reported'
            else 'not_applicable'
        end as state
    from estimated
)

select
    donor,
    indicator,
    quarter,
    region,
    over_time,
    dimension,
    category,
    currency,
    unit,
    definition_version,
    position,
    takes_target,
    state,
    case
        when state <> 'reported' then null
        when rate is not null then cast(coalesce(value_sum, 0) * rate as double)
        when is_count then coalesce(value, 0)
        else value
    end as value,
    case
        when (state = 'reported' and is_count) or (state = 'not_applicable' and is_share)
            then coalesce(numerator, 0)
        when state = 'reported' then numerator
    end as numerator,
    case
        when (state = 'reported' and counts_part) or (state = 'not_applicable' and is_share)
            then coalesce(denominator, 0)
        when state = 'reported' then denominator
    end as denominator,
    case when state <> 'not_reported' and states_n then coalesce(n, 0) end as n,
    se,
    ci_low,
    ci_high,
    deff,
    df,
    case
        when not is_served then reason
        when lacks_rate
            then 'No exchange rate ' || native_currency || ' to ' || currency || ' for ' || quarter
                || '; add it to the exchange rates of the reference folder.'
        when state = 'not_applicable' and left_out > 0
            then 'Nothing to measure: what is counted is empty in all of the records.'
        when state = 'not_applicable' then 'Nothing to measure: the population is empty.'
    end as reason,
    case when is_served then period end as period,
    drops,
    left_out,
    nullif(concat_ws(
        ' ',
        note,
        case
            when left_out = 1 then '1 record is left out, since what is counted with it is empty.'
            when left_out > 1 then cast(left_out as {{ sql_type('varchar') }})
                || ' records are left out, since what is counted with them is empty.'
        end
    ), '') as note
from judged

-- Each total of a distinct count is the number of distinct units in the numerator of its evidence.
{{ config(
    severity='error',
    meta={'remedy': 'Rebuild the quarter; if it stays, the aggregation in models/evidence is wrong.'}
) }}
with counted as (
    select
        donor,
        indicator,
        quarter,
        over_time,
        region,
        count(distinct case when in_numerator then unit_id end) as unit_count
    from {{ ref('indicator_evidence') }}
    where quarter in {{ quarter_list() }} and in_population and is_complete
    group by donor, indicator, quarter, over_time, region
)

select
    v.donor,
    v.indicator,
    v.quarter,
    v.region,
    v.over_time,
    v.value,
    counted.unit_count
from {{ ref('indicator_values') }} as v
inner join {{ ref('indicator_definitions') }} as d
    on v.donor = d.donor and v.indicator = d.indicator and v.over_time = d.over_time
left join counted
    on v.donor = counted.donor and v.indicator = counted.indicator and v.quarter = counted.quarter
        and v.over_time = counted.over_time and v.region = counted.region
where v.quarter in {{ quarter_list() }}
    and v.dimension = 'all'
    and v.state = 'reported'
    and d.kind = 'distinct_count'
    and v.region <> coalesce(d.together, '')
    and v.value <> coalesce(counted.unit_count, 0)

-- Grain: one row per donor, indicator, over_time, region, quarter of this run, dimension and category to be stated.
with frame as (
    select * from {{ ref('reporting_frame') }}
    where quarter in {{ quarter_list() }}
),

-- what is not reported is one total row
total as (
    select donor, indicator, over_time, region, quarter, 'all' as dimension, 'all' as category from frame
),

listed as (
    select frame.donor, frame.indicator, frame.over_time, frame.region, frame.quarter, c.dimension, c.category
    from frame
    inner join {{ ref('bridge_indicator_category') }} as c
        on frame.donor = c.donor and frame.indicator = c.indicator and frame.over_time = c.over_time
        and frame.region = c.region
    where frame.is_served
),

-- a category nobody listed, such as unknown, where it occurs
found as (
    select frame.donor, frame.indicator, frame.over_time, frame.region, frame.quarter, e.dimension, e.category
    from frame
    inner join {{ ref('indicator_estimate') }} as e
        on frame.donor = e.donor and frame.indicator = e.indicator and frame.over_time = e.over_time
        and frame.region = e.region and frame.period = e.period
    where frame.is_served
),

cell as (
    select * from total
    union
    select * from listed
    union
    select * from found
)

select cell.*, frame.period, frame.is_served, frame.reason
from cell
inner join frame
    on cell.donor = frame.donor and cell.indicator = frame.indicator and cell.over_time = frame.over_time
    and cell.region = frame.region and cell.quarter = frame.quarter

-- Grain: one row per donor, indicator, over_time, region, quarter of this run, dimension and category.
with frame as (
    select * from {{ ref('reporting_frame') }}
    where quarter in {{ quarter_list() }}
),

-- what is not reported is one total row
total as (
    select *, 'all' as dimension, 'all' as category from frame
),

listed as (
    select frame.*, c.dimension, c.category
    from frame
    inner join {{ ref('bridge_indicator_category') }} as c using (donor, indicator, over_time, region)
    where frame.is_served
),

-- a category nobody listed, such as unknown, where it occurs
found as (
    select frame.*, e.dimension, e.category
    from frame
    inner join {{ ref('indicator_estimate') }} as e using (donor, indicator, over_time, region, period)
    where frame.is_served
),

left_out as (
    select frame.*, o.dimension, o.category
    from frame
    inner join {{ ref('left_out') }} as o using (donor, indicator, over_time, region, period)
    where frame.is_served
)

select * from total
union
select * from listed
union
select * from found
union
select * from left_out

-- The mart shows the evidence of each quarter's period whole and once: nothing is lost or doubled on the way.
{{ config(
    severity='error',
    meta={'remedy': 'reporting_frame has no or several periods for the quarter listed: look at dim_reporting_source.'}
) }}
with stored as (
    select
        donor,
        indicator,
        over_time,
        region,
        period,
        count(*) as row_count
    from {{ ref('evidence') }}
    group by donor, indicator, over_time, region, period
),

shown as (
    select
        donor,
        indicator,
        over_time,
        region,
        quarter,
        count(*) as row_count
    from {{ ref('indicator_evidence') }}
    where quarter in {{ quarter_list() }}
    group by donor, indicator, over_time, region, quarter
)

select
    frame.donor,
    frame.indicator,
    frame.over_time,
    frame.region,
    frame.quarter,
    stored.row_count as stored_count,
    shown.row_count as shown_count
from {{ ref('reporting_frame') }} as frame
left join stored
    on frame.donor = stored.donor and frame.indicator = stored.indicator and frame.over_time = stored.over_time
        and frame.region = stored.region and frame.period = stored.period
left join shown
    on frame.donor = shown.donor and frame.indicator = shown.indicator and frame.over_time = shown.over_time
        and frame.region = shown.region and frame.quarter = shown.quarter
where frame.quarter in {{ quarter_list() }}
    and frame.is_served
    and coalesce(stored.row_count, 0) <> coalesce(shown.row_count, 0)

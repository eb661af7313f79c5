-- Grain: one row per donor, indicator, over_time, region and quarter: from which period, or why not.
select
    needed.donor,
    needed.indicator,
    needed.over_time,
    needed.region,
    served.quarter,
    bool_and(served.is_served) as is_served,
    max(served.drop_quarter) as period,
    {{ joined_text('served.reason') }} as reason
from {{ ref('bridge_indicator_source') }} as needed
inner join {{ ref('dim_reporting_source') }} as served
    on needed.member_region = served.region and needed.source = served.source
group by needed.donor, needed.indicator, needed.over_time, needed.region, served.quarter

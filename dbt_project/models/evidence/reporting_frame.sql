-- Grain: one row per donor, indicator, over_time, region and quarter: from which period, or why not.
with baseline as (
    select distinct region, source, quarter from {{ ref('stg_drop') }}
    where status = 'current'
),

needed as (
    select
        bridge.*,
        i.compared_with,
        i.compared_with is null or baseline.quarter is not null as has_baseline,
        case
            when i.compared_with is not null and baseline.quarter is null
                then 'The round ' || i.compared_with || ' of ' || bridge.member_region || '/' || bridge.source
                    || ', with which it is compared, was not accepted.'
        end as lacks_baseline
    from {{ ref('bridge_indicator_source') }} as bridge
    inner join {{ ref('dim_indicator') }} as i using (donor, indicator, over_time)
    left join baseline
        on bridge.member_region = baseline.region and bridge.source = baseline.source
            and i.compared_with = baseline.quarter
)

select
    needed.donor,
    needed.indicator,
    needed.over_time,
    needed.region,
    served.quarter,
    bool_and(served.is_served and needed.has_baseline) as is_served,
    max(served.drop_quarter) as period,
    {{ joined_text('coalesce(served.reason, needed.lacks_baseline)') }} as reason,
    {{ joined_text('served.drops', '; ') }} as drops,
    {{ joined_text('served.note') }} as note
from needed
inner join {{ ref('dim_reporting_source') }} as served
    on needed.member_region = served.region and needed.source = served.source
-- a comparison is not stated for the round it is made with
where (
    needed.compared_with is null or served.drop_quarter is null
    or served.drop_quarter > needed.compared_with
)
-- a region that joined later, or left, is not missed before or after
and served.quarter >= coalesce(needed.since, served.quarter)
and served.quarter <= coalesce(needed.until, served.quarter)
group by needed.donor, needed.indicator, needed.over_time, needed.region, served.quarter

-- Grain: one row per region, source, quarter, indicator, label and column of a partner's printed table.
with columns as (
    {{ reported_column_rows() }}
),

printed as (
    select
        p.*,
        columns.donor,
        coalesce(columns.quarter, p.quarter) as computed_quarter,
        columns.donor is not null as is_computed
    from {{ ref('fct_reported_value') }} as p
    left join columns
        on p.region = columns.region and p.source = columns.source and p.column_label = columns.column_label
),

computed as (
    select e.donor, e.indicator, e.region, e.period, e.value
    from {{ ref('indicator_estimate') }} as e
    inner join {{ ref('dim_indicator') }} as i
        on e.donor = i.donor and e.indicator = i.indicator and e.over_time = i.over_time
    where e.dimension = 'all' and i.has_target
)

select
    printed.region,
    printed.source,
    printed.quarter,
    printed._file as file_name,
    printed.indicator,
    printed.label,
    printed.column_label,
    cast(printed.value as double) as value,
    printed.note,
    case when printed.is_computed then printed.computed_quarter end as computed_quarter,
    cast(computed.value as double) as computed,
    cast(printed.value as double) - cast(computed.value as double) as difference,
    printed._row,
    printed._sha256
from printed
left join computed
    on printed.is_computed and printed.donor = computed.donor and printed.indicator = computed.indicator
        and printed.region = computed.region and printed.computed_quarter = computed.period

-- Grain: one row per region, source, quarter (of the extract), enterprise and month of that quarter.
with enterprise_month as (
    select
        *,
        cast(answers['sales'] as decimal(18, 2)) as sales_amount,
        cast(answers['costs'] as decimal(18, 2)) as cost_amount
    from {{ ref('stg_outcome') }}
    where unit_type = 'enterprise_month' and quarter in {{ quarter_list() }}
        and observed_on between {{ quarter_start('quarter') }} and {{ quarter_end('quarter') }}
)

select
    m.region,
    m.source,
    m.quarter,
    m.institution_id,
    m.observed_on as month_on,
    e.social_category,
    e.sector,
    coalesce(e.is_active, false) as is_active,
    m.sales_amount,
    m.cost_amount,
    -- of a month whose costs are not known the income is not known either
    m.sales_amount - m.cost_amount as net_income_amount,
    m.answers['currency'] as currency,
    m._file,
    m._table,
    m._row,
    m._record,
    m._sha256
from enterprise_month as m
left join {{ ref('fct_enterprise_quarter') }} as e using (region, source, quarter, institution_id)

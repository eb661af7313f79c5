-- Grain: one row per region, source, quarter (of the extract), enterprise and month of that quarter.
with enterprise_month as (
    select
        *,
        cast(answers['sales_inr'] as decimal(18, 2)) as sales_inr,
        cast(answers['raw_material_inr'] as decimal(18, 2)) + cast(answers['wages_inr'] as decimal(18, 2))
        + cast(answers['other_cost_inr'] as decimal(18, 2))
        + cast(answers['loan_instalment_inr'] as decimal(18, 2)) as cost_inr
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
    m.sales_inr,
    m.cost_inr,
    -- of a month with a cost left empty the income is not known
    m.sales_inr - m.cost_inr as net_income_inr,
    m._file,
    m._table,
    m._row,
    m._record,
    m._sha256
from enterprise_month as m
left join {{ ref('fct_enterprise_quarter') }} as e using (region, source, quarter, institution_id)

-- Grain: one row per region, source, quarter (of the extract) and enterprise, as it stands at its end.
with enterprise as (
    select * from {{ ref('dim_institution') }}
    where tier = 'enterprise' and quarter in {{ quarter_list() }}
),

months as (
    select
        region,
        source,
        quarter,
        institution_id,
        count(distinct case when cast(answers['sales'] as decimal(18, 2)) > 0 then observed_on end)
            as months_with_sales
    from {{ ref('stg_outcome') }}
    where unit_type = 'enterprise_month' and quarter in {{ quarter_list() }}
        and observed_on between {{ quarter_start('quarter') }} and {{ quarter_end('quarter') }}
    group by region, source, quarter, institution_id
),

visits as (
    select
        region,
        source,
        quarter,
        institution_id,
        count(*) as visit_count
    from {{ ref('stg_service') }}
    where common_service_code = 'enterprise_visit' and quarter in {{ quarter_list() }}
        and received_on between {{ quarter_start('quarter') }} and {{ quarter_end('quarter') }}
    group by region, source, quarter, institution_id
),

followed as (
    select
        enterprise.*,
        coalesce(months.months_with_sales, 0) as months_with_sales,
        coalesce(visits.visit_count, 0) as visit_count,
        coalesce(enterprise.formed_on <= {{ quarter_end('enterprise.quarter') }}, false)
        and not enterprise.is_closed as is_operating
    from enterprise
    left join months using (region, source, quarter, institution_id)
    left join visits using (region, source, quarter, institution_id)
)

select
    region,
    source,
    quarter,
    institution_id,
    attributes['social_category'] as social_category,
    attributes['sector'] as sector,
    formed_on as started_on,
    closed_on,
    is_operating,
    is_operating and months_with_sales = 3 as is_active,
    months_with_sales,
    visit_count,
    -- 0 in the quarter of its start, 4 a year later
    {{ quarters_between('formed_on', 'quarter') }} as quarters_since_start,
    closed_on is null or closed_on >= {{ plus_months('formed_on', 12) }} as survived_twelve_months,
    _file,
    _table,
    _row,
    _record,
    _sha256
from followed

-- Grain: one row per region, source and quarter of the drops whose evidence this run builds.
-- A survey's earlier rounds are among them: a round is compared with the one before.
{{ config(materialized='table') }}
with last_quarter as (
    select max(quarter) as quarter from {{ ref('dim_reporting_source') }}
    where quarter in {{ quarter_list() }}
),

drops as (
    select region, source, drop_quarter as quarter
    from {{ ref('dim_reporting_source') }}
    where is_served and quarter in {{ quarter_list() }}

    union

    select stg_drop.region, stg_drop.source, stg_drop.quarter
    from {{ ref('stg_drop') }} as stg_drop
    inner join (select distinct member_region, source from {{ ref('bridge_indicator_source') }}) as needed
        on stg_drop.region = needed.member_region and stg_drop.source = needed.source
    inner join last_quarter on stg_drop.quarter <= last_quarter.quarter
    where stg_drop.cadence = 'round' and stg_drop.status = 'current'
)

select
    region,
    source,
    quarter,
    {{ quarter_start('quarter') }} as quarter_start,
    {{ quarter_end('quarter') }} as quarter_end
from drops

-- Every record of evidence comes from a delivery that is current: nothing superseded or refused counts.
{{ config(
    severity='error',
    meta={'remedy': 'Build the quarter anew; if it stays, a delivery left the feeds and its evidence did not leave the warehouse.'}
) }}
select
    evidence.region,
    evidence.source,
    evidence.drop_quarter,
    evidence._sha256
from (
    select distinct region, source, drop_quarter, _sha256
    from {{ ref('evidence') }}
    where period in {{ quarter_list() }}
) as evidence
left join {{ ref('stg_drop') }} as delivered
    on evidence.region = delivered.region and evidence.source = delivered.source
        and evidence.drop_quarter = delivered.quarter and evidence._sha256 = delivered.sha256
        and delivered.status = 'current'
where delivered.sha256 is null

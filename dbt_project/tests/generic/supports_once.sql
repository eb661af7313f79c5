{#-
    A record supports a unit of an indicator once; a record of totals, whose columns became rows of fct_place_total, once
    for each of these. `model` computes the evidence of `kind`; its rows are looked at where they are stored, since
    computing them again would cost as much as building them.
-#}
{% test supports_once(model, kind) %}
{{ config(meta={
    'description': 'A record is evidence of a unit once.',
    'remedy': 'A join of the indicator finds several rows for a record: look at its `joins` in dbt_project/indicators.'
}) }}
with totals as (
    select
        _sha256,
        _table,
        _record,
        count(*) as row_count
    from {{ ref('fct_place_total') }}
    group by _sha256, _table, _record
)

select
    evidence.donor,
    evidence.indicator,
    evidence.over_time,
    evidence.period,
    evidence.unit_id,
    evidence._file,
    evidence._table,
    evidence._record,
    count(*) as row_count
from {{ ref('evidence') }} as evidence
inner join {{ ref('dim_indicator') }} as dim_indicator
    on evidence.donor = dim_indicator.donor and evidence.indicator = dim_indicator.indicator
        and evidence.over_time = dim_indicator.over_time
left join totals
    on dim_indicator.fact = 'fct_place_total' and evidence._sha256 = totals._sha256
        and evidence._table = totals._table and evidence._record = totals._record
where dim_indicator.kind = '{{ kind }}' and evidence.period in {{ quarter_list() }}
group by
    evidence.donor, evidence.indicator, evidence.over_time, evidence.period, evidence.unit_id, evidence._file,
    evidence._table, evidence._record
having count(*) > max(coalesce(totals.row_count, 1))
{% endtest %}

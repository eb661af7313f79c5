{#- Each row is of an indicator of a donor that there is. -#}
{% test of_an_indicator(model) %}
{{ config(severity='warn', meta={
    'description': 'Each target is of an indicator that its donor has.',
    'remedy': 'The rows listed count nowhere: mend donor or indicator in the reference table, by the row named, or the'
        ~ ' logframe in dbt_project/indicators.'
}) }}
select
    target.donor,
    target.indicator,
    target.quarter,
    target._file,
    target._row
from {{ model }} as target
left join {{ ref('dim_indicator') }} as known
    on target.donor = known.donor and target.indicator = known.indicator
where known.indicator is null
{% endtest %}

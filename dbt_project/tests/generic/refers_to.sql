{#-
    Every reference of this run's quarters is found in the same extract of `to`. Empty references are allowed, and so
    are extracts that deliver no such thing of their own: what they refer to is in another source.
-#}
{% test refers_to(model, column, to, field) %}
{{ config(meta={
    'description': column ~ ' is found in the same extract.',
    'remedy': 'Ingest let an orphan through: give the column a `ref` in the contract of the source that the rows name.'
}) }}
select distinct
    referring.region,
    referring.source,
    referring.quarter,
    referring.{{ column }}
from {{ model }} as referring
inner join (select distinct region, source, quarter from {{ to }}) as delivered
    on referring.region = delivered.region and referring.source = delivered.source
        and referring.quarter = delivered.quarter
left join {{ to }} as referred
    on referring.region = referred.region and referring.source = referred.source
        and referring.quarter = referred.quarter and referring.{{ column }} = referred.{{ field }}
where referring.quarter in {{ quarter_list() }}
    and referring.{{ column }} is not null
    and referred.{{ field }} is null
{% endtest %}

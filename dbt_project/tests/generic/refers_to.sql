{#- Every reference of this run's quarters is found in the same extract of `to`. Empty references are allowed. -#}
{% test refers_to(model, column, to, field) %}
select distinct
    referring.region,
    referring.source,
    referring.quarter,
    referring.{{ column }}
from {{ model }} as referring
left join {{ to }} as referred
    on referring.region = referred.region and referring.source = referred.source
        and referring.quarter = referred.quarter and referring.{{ column }} = referred.{{ field }}
where referring.quarter in {{ quarter_list() }}
    and referring.{{ column }} is not null
    and referred.{{ field }} is null
{% endtest %}

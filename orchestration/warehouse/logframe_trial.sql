-- An indicator's expressions over the relations that evidence reads, under the names it gives them
-- (dbt_project/macros/indicators/evidence.sql).
select {{ fields | join(', ') }}
from {{ fact }} as fact
inner join dim_period as period on fact.region = period.region and fact.quarter = period.quarter
{% for one in joins %}
    {% if to_date %}
        left join bridge_identity as {{ one.dimension }}_identity
            on fact.{{ one.dimension }}_id = {{ one.dimension }}_identity.local_id
        left join bridge_identity_to_date as {{ one.dimension }}_to_date
            on fact.quarter = {{ one.dimension }}_to_date.of_quarter
    {% endif %}
    left join dim_{{ one.dimension }} as {{ one.dimension }}
        on fact.{{ one.dimension }}_id = {{ one.dimension }}.{{ one.dimension }}_id
{% endfor %}
{% if compared_with %}
    left join {{ fact }} as baseline on fact.unit_id = baseline.unit_id
{% endif %}
where {{ conditions | join(' and ') }}
window unit as (partition by fact.region, period.quarter, {{ unit }})

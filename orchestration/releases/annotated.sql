-- One row per value with what the release says of it: restated where the predecessor's differs, else the
-- release's own status.
select
    {% for name in before %}
        is_now.{{ name }},
    {% endfor %}
    case when restated.is_restated then 'restated' else {{ status | text }} end as status,
    {{ release | text }} as release,
    {% for name in after %}
        is_now.{{ name }},
    {% endfor %}
    restated.old_value as predecessor_value,
    restated.reason as change_reason
from new_values as is_now
left join restated_values as restated
    on
        true
        {% for name in keys %}
            and restated.{{ name }} is not distinct from is_now.{{ name }}
        {% endfor %}
order by
    is_now.donor,
    is_now.quarter,
{% for name in keys %}
    is_now.{{ name }}{{ ',' if not loop.last }}
{% endfor %}

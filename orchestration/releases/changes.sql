-- One row per value that is not what it was, was not there, or is gone; in key order.
select
    {% for name in keys %}
        coalesce(is_now.{{ name }}, was.{{ name }}) as {{ name }},
    {% endfor %}
    -- What is withheld now, or unreliable, gives no hint of what it was before.
    if(is_now.state in ('suppressed', 'unreliable'), null, was.value) as old_value,
    is_now.value as new_value,
    was.state as old_state,
    is_now.state as new_state,
    case
        when was.is_here is null or is_now.is_here is null then ['value', 'state']
        else list_filter([
                {% for name in compared %}
                    case when was.{{ name }} is distinct from is_now.{{ name }} then {{ name | text }} end,
                {% endfor %}
                null
            ], lambda name: name is not null)
    end as columns,
    {{ reason | text }} as reason,
    list_filter([
        {% for name in told %}
            case
                when was.{{ name }} is distinct from is_now.{{ name }}
                    then {
                            'column': {{ name | text }},
                            'old': if(
                                is_now.state in ('suppressed', 'unreliable'), null, was.{{ name }}::varchar
                            ),
                            'new': is_now.{{ name }}::varchar
                        }
            end,
        {% endfor %}
        null
    ], lambda one: one is not null) as moved
from (select *, true as is_here from old_values) as was
full join (select *, true as is_here from new_values) as is_now
    on
        true
        {% for name in keys %}
            and was.{{ name }} is not distinct from is_now.{{ name }}
        {% endfor %}
where len(columns) > 0
order by all

-- Where a value moved on its way from one table to the next: one row a key and step, in order.
-- `steps` has the key, `step` (0: the first table) and every compared column.
with

grid as (
    select
        every_key.*,
        step
    from (select distinct {{ keys | join(', ') }} from steps) as every_key
    cross join range({{ count }}) as given(step)
),

each as (
    select
        {% for name in compared %}
            values_then.{{ name }},
        {% endfor %}
        grid.*,
        coalesce(values_then.step = grid.step, false) as is_there
    from grid
    left join steps as values_then
        on
            grid.step = values_then.step
            {% for name in keys %}
                and grid.{{ name }} is not distinct from values_then.{{ name }}
            {% endfor %}
),

pairs as (
    select
        {% for name in followed %}
            lag({{ name }}) over (partition by {{ keys | join(', ') }} order by step) as was_{{ name }},
        {% endfor %}
        *
    from each
)

select
    {{ keys | join(', ') }},
    step,
    was_value,
    value,
    was_state,
    state
from pairs
where
    step > 0
    and (
        is_there != was_is_there
        {% for name in compared %}
            or {{ name }} is distinct from was_{{ name }}
        {% endfor %}
    )
order by {{ keys | join(', ') }}, step

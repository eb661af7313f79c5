-- Where a value moved on its way from one table to the next: one row a key and step, in order.
-- `steps` has the key, `step` (0: the first table) and every compared column.
with

grid as (
    select
        keys.*,
        step
    from (select distinct {{ keys | join(', ') }} from steps) as keys
    cross join range({{ count }}) as given(step)
),

each as (
    select
        grid.*,
        values_then.step is not null as is_there,
        {% for name in compared %}
            values_then.{{ name }},
        {% endfor %}
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
        *,
        {% for name in ['is_there'] + compared %}
            lag({{ name }}) over (
                partition by {{ keys | join(', ') }}
                order by step
            ) as was_{{ name }},
        {% endfor %}
    from each
)

select
    {{ keys | join(', ') }},
    step,
    was_value,
    value,
    was_state,
    state,
    -- Else only the deliveries behind it are others.
    is_there is distinct from was_is_there
    {% for name in compared if name != 'drops' %}
        or {{ name }} is distinct from was_{{ name }}
    {% endfor %} as moves
from pairs
where
    step > 0
    and (
        is_there is distinct from was_is_there
        {% for name in compared %}
            or {{ name }} is distinct from was_{{ name }}
        {% endfor %}
    )
order by all

-- Records in which an earlier step lies after a later one, also when a step between them is empty.
insert into findings
with stepped as (
    select
        rec.*,
        {% for referred in referred_dates %}
        referred_{{ loop.index }}.step as {{ v(referred.step) }},
        {% endfor %}
    from {{ records }} as rec
    {% for referred in referred_dates %}
    left join (
        select {{ v(referred.key) }} as key, any_value({{ v(referred.date) }}) as step
        from {{ referred.records }}
        group by key
    ) as referred_{{ loop.index }}
        on rec.{{ v(referred.reference) }} = referred_{{ loop.index }}.key
    {% endfor %}
),

backwards as (
    select
        _record,
        unnest([
            {% for pair in pairs %}
            case when {{ pair.is_backwards }} then {{ pair.marked | text }} end,
            {% endfor %}
        ]) as col
    from stepped
    where {{ pairs | map(attribute='is_backwards') | join(' or ') }}
)

select {{ table | text }} as tbl, _record, 'date_order' as code, col
from backwards
where col is not null

-- One row a place and measure: records now, and beside those before. Expected places are there with none.
with joined as (
    select
        place,
        coalesce(n.records, 0) as new,
        coalesce(b.records, 0) as old
    from places_now as n
    full join places_before as b using (place)
    full join (select unnest(cast({{ expected }} as varchar [])) as place) as e using (place)
    where place is not null
),

told as (
    select
        *,
        format('{:,} records', new)
        || case when {{ then | text }} = '' then '' else format('; {:,} in {}', old, {{ then | text }}) end
            as seen
    from joined
)

select
    'place' as kind,
    {{ name | text }} as name,
    {{ label | text }} || ' ' || place as subject,
    m.measure,
    case m.measure when 'place_rows' then cast(new as double) else new / cast(old as double) end as value,
    greatest(new, old) as records,
    seen
from told
cross join (values ('place_rows'), ('place_rows_ratio')) as m (measure)
where m.measure = 'place_rows' or old > 0
order by m.measure, place

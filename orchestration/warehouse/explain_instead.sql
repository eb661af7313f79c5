-- One row: what there is of an indicator where a value is not, in all quarters and in the one asked for.
select
    list(distinct quarter order by quarter) as quarters,
    list(distinct region order by region) filter (quarter = {{ quarter | text }}) as regions,
    list(distinct dimension || '=' || category order by dimension || '=' || category)
    filter (quarter = {{ quarter | text }}) as categories
from marts.indicator_values
where donor = {{ donor | text }} and indicator = {{ indicator | text }}

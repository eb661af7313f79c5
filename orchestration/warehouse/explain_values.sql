-- One row per value of an indicator, quarter and category: of each region, way over time and currency.
select *
from marts.indicator_values
where donor = {{ donor | text }} and indicator = {{ indicator | text }} and quarter = {{ quarter | text }}
    and dimension = {{ dimension | text }} and category = {{ category | text }}
    {% if region %}
        and region = {{ region | text }}
    {% endif %}
order by over_time, region, currency

-- One row per way the indicator is stated over time.
select *
from marts.indicator_definitions
where donor = {{ donor | text }} and indicator = {{ indicator | text }}
order by position, over_time

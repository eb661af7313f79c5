-- One row per delivered file that a counted row came from, for a warehouse without its lake.
select distinct
    '' as region,
    '' as source,
    '' as quarter,
    _file as file,
    _sha256 as sha256
from marts.indicator_evidence
where donor = {{ donor | text }} and quarter = {{ quarter | text }}
order by all

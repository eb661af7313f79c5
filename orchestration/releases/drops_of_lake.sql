-- One row per current delivery of a donor's regions up to a quarter, and of the tables of reference.
select distinct
    region,
    source,
    quarter,
    file,
    sha256
from read_parquet(
        [{% for file in files %}{{ file | text }}{{ ', ' if not loop.last }}{% endfor %}],
        hive_partitioning = true, hive_types_autocast = false, union_by_name = true
    )
where status = 'current'
    and (quarter <= {{ quarter | text }} or quarter = '_')
    and (
        region = '_reference'
        or region in (
            select stated.region from marts.indicator_values as stated
            where stated.donor = {{ donor | text }}
        )
    )
order by all

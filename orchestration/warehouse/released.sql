update marts.indicator_values set status = 'provisional', release = null
where release is not null;
{% if files %}
    update marts.indicator_values as here
    set status = released.status, release = released.release
    from (
        select *
        from read_parquet(
                [{% for file in files %}{{ file | text }}{{ ', ' if not loop.last }}{% endfor %}],
                union_by_name = true, hive_partitioning = false
            )
    ) as released
    where
        here.donor = released.donor
        and here.indicator = released.indicator
        and here.quarter = released.quarter
        and here.region = released.region and here.over_time = released.over_time
        and here.dimension = released.dimension and here.category = released.category
        and coalesce(here.currency, '') = coalesce(released.currency, '')
        and (
            (here.state = 'reported' and released.state = 'suppressed')
            -- A release has twelve significant digits.
            or (
                here.state = released.state
                and (
                    coalesce(here.value, 0) = coalesce(released.value, 0)
                    or abs(here.value - released.value) <= 1e-11 * abs(released.value)
                )
            )
        );
{% endif %}

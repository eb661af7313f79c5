-- Reported values of the warehouse (edition '') and of releases, each release an edition.
with here as (
    select
        donor, indicator, quarter, region, over_time, dimension, category, coalesce(currency, '') as currency,
        value::double as value,
        numerator::double as numerator,
        denominator::double as denominator,
        n::double as n,
        period, target::double as target
    from marts.indicator_values
    where state = 'reported'
)

select *, '' as edition, true as is_published, false as is_withheld from here
{% if releases %}
    union all by name
    select
        released.donor, released.indicator, released.quarter, released.region, released.over_time,
        released.dimension, released.category, coalesce(released.currency, '') as currency,
        if(is_out, released.value, here.value) as value,
        if(is_out, released.numerator, here.numerator) as numerator,
        if(is_out, released.denominator, here.denominator) as denominator,
        coalesce(released.n, here.n) as n, -- an unreliable line states it
        coalesce(released.period, here.period) as period,
        released.target,
        released.release as edition,
        is_out as is_published,
        released.state = {{ suppressed | text }} as is_withheld
    from (
        select *, state = 'reported' as is_out
        from read_parquet(
                [{% for file in releases %}{{ file | text }}{{ ', ' if not loop.last }}{% endfor %}],
                union_by_name = true,
                hive_partitioning = false
            )
        where state in ('reported', 'unreliable', {{ suppressed | text }})
    ) as released
    left join here on (
        here.donor = released.donor
        and here.indicator = released.indicator
        and here.quarter = released.quarter
        and here.region = released.region and here.over_time = released.over_time
        and here.dimension = released.dimension and here.category = released.category
        and here.currency = coalesce(released.currency, '')
    )
{% endif %}

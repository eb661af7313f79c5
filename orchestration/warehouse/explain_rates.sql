-- One row per currency that amounts are converted to in the quarter: the rate, and where it stands.
select
    to_currency,
    rate,
    from_currency,
    rate_source,
    _file as file,
    _row as row
from conformed.dim_exchange_rate
where quarter = {{ quarter | text }} and from_currency = {{ currency | text }}
order by to_currency

-- Reported has a value; the other states have none and say why; a share lies in 0-100 and in its interval.
{{ config(
    severity='error',
    meta={'remedy': 'The model stated_value gives a state and a value that contradict each other: look at the rows listed.'}
) }}
select *
from {{ ref('indicator_values') }}
where quarter in {{ quarter_list() }}
    and (
        (state = 'reported') <> (value is not null)
        or (state in ('not_reported', 'not_applicable')) <> (reason is not null)
        or (state = 'not_reported' and (dimension <> 'all' or n is not null))
        or (se is not null and (value < 0 or value > 100))
        or value < ci_low - 1e-9
        or value > ci_high + 1e-9
    )

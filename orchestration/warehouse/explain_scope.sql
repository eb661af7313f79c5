-- One row per region, over_time, unit and delivered record of an indicator's quarter. The parts that a record
-- is counted with are added up: women and all attending stand in one row of a sheet.
create or replace temporary table scope as
select
    region,
    over_time,
    unit_id,
    source,
    drop_quarter,
    _file,
    _table,
    _row,
    _record,
    any_value(_sha256) as _sha256,
    bool_or(in_numerator) as in_numerator,
    sum(value) as value,
    sum(weight) as weight
from marts.indicator_evidence
where donor = {{ donor | text }} and indicator = {{ indicator | text }} and quarter = {{ quarter | text }}
    and is_complete
    {% if region %}
        and region = {{ region | text }}
    {% endif %}
    {% if whole %}
        and in_population
    {% else %}
    -- a category that stands apart from the total has rows that are not in the population
        and list_contains(categories[{{ dimension | text }}], {{ category | text }})
    {% endif %}
group by all

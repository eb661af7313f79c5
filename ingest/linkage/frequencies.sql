-- How much more common than u each value of a column is in the register, where more than two have it.
-- Some records of a register are added in which every value is as common as u says, and what comes of it is
-- counted in whole powers of two: so a few records more or less move no weight.
create or replace table {{ name | name }} as
with borne as (
    select
        {{ term | name }},
        count(*) over () as records,
        {{ companion }} as companion
    from identity
    where in_register and {{ term | name }} is not null
),

counted as (
    select
        {{ term | name }},
        (count(distinct companion) - {{ spared }} + {{ u }} * {{ added }})
        / (max(records) + {{ added }}) as share
    from borne
    group by {{ term | name }}
    having count(distinct companion) > {{ spared }}
)

select
    {{ term | name }},
    {{ u }} * pow(2, floor(log2(share / {{ u }}))) as {{ frequency | name }}
from counted
where share >= 2 * {{ u }}

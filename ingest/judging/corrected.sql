-- Records a correction is about, where what it expects is so: the same cleaned text, or the same value.
insert into corrected
with target as (
    select * from in_question
    where {{ target }}
),
{% if cell %}

expected as (
    select * replace ({{ expected_cell }} as {{ r(cell.name) }}) from target
),

found_text as (
    select _record, {{ value }} as value, {{ cell.text }} as text
    from (select *, {{ cell.clean }} as {{ c(cell.name) }} from target) as cleaned
),

expected_text as (
    select _record, {{ cell.text }} as text
    from (select *, {{ cell.clean }} as {{ c(cell.name) }} from expected) as cleaned
),

expected_value as (
    select _record, {{ v(cell.name) }} as value from ({{ expected_records }}) as made
),

as_expected as (
    select found_text._record
    from found_text
    inner join expected_text using (_record)
    inner join expected_value using (_record)
    where found_text.text is not distinct from expected_text.text
        or found_text.value = expected_value.value
)
{% else %}
as_expected as (
    -- No column: nothing is expected. One that the file does not have: nothing can be.
    select _record from target
    where {{ "false" if column else "true" }}
)
{% endif %}

select
    {{ id | text }} as id,
    {{ action | text }} as action,
    {{ table | text }} as tbl,
    _record,
    {{ column | text }} as col,
    _key,
    {{ message | text }} as message
from target
semi join as_expected using (_record)

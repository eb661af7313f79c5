-- `delivered` in forms that compare: one row a record, the register's first, the earliest registered first.
create or replace table identity as
with spelled as (
    select
        delivered.* exclude (name, name_other, relative_name, official_id, birth_year),
        -- A number of one digit, or one that counts up, is a placeholder.
        case
            when
                length(replace(official_id, left(official_id, 1), '')) <> 0
                and official_id <> left('12345678901234567890', length(official_id))
                then official_id
        end as number,
        coalesce(birth_year, year(birth_date)) as birth_year,
        {% for form in ('plain', 'key', 'bones') %}
            filled([own.{{ form }}, other.{{ form }}]) as name_{{ form }},
            filled([relative.{{ form }}]) as relative_{{ form }},
        {% endfor %}
        coalesce(own.bones, other.bones) as name_block,
        relative.bones as relative_block,
        coalesce(official_id_kind, '') || length(official_id) as official_kind
    from delivered
    left join spelling as own on delivered.name = own.raw
    left join spelling as other on delivered.name_other = other.raw
    left join spelling as relative on delivered.relative_name = relative.raw
),

-- A number on so many different names, with as many birth years, is nobody's: a clerk's filler.
nobodys as (
    select official_kind, number from spelled
    where number is not null and (in_register or quarter >= {{ since | text }})
    group by all
    having count(distinct name_block) >= {{ nobodys }} and count(distinct birth_year) >= {{ nobodys }}
)

select
    row_number() over (
        order by not in_register, first_seen nulls last, local_id, source, quarter, _file, _table, _record
    ) - 1 as row,
    * exclude (number),
    case
        when (official_kind, number) not in (select (official_kind, number) from nobodys) then number
    end as official_id
from spelled
order by row

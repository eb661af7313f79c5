-- Values in the place of what was delivered; their records are made anew from all their cells.
create or replace temp table mended as
select *, cast(map {} as map (varchar, varchar)) as _was from in_question
where _record in (
    select record from corrected
    where tbl = {{ table | text }} and action = 'override'
);

{% for one in overrides %}
update mended
set
    _was = map_concat(_was, map { {{ one.column | text }}: coalesce({{ r(one.column) }}, '') }),
    {{ r(one.column) }} = {{ cell_text(one.value) }}
where _record in (
    select record from corrected
    where id = {{ one.id | text }}
);
{% endfor %}

delete from {{ records }}
where _record in (select _record from mended);

insert into {{ records }}
select made.* replace (map_concat(coalesce(made._delivered, map {}), mended._was) as _delivered)
from ({{ mended_records }}) as made
inner join mended on made._record = mended._record;

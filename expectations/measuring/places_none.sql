-- A side without the tables that places are counted in: no place, no record.
create or replace temp table places_{{ side }} as
select cast(null as varchar) as place, 0 as records
where false

-- Records of each place in one side's tables, which the statement finds in the schema in use.
create or replace temp table places_{{ side }} as
select cast({{ place }} as varchar) as place, count(*) as records
from {{ records }}
group by all

-- One row per table and kind of count: records read and quarantined; by code, reasons and warnings.
{% for table in tables %}
select {{ table.name | text }} as tbl, 'read' as kind, '' as code, count(*) as records
from {{ table.records }}
union all
{% endfor %}
select tbl, 'quarantined' as kind, '' as code, count(distinct record) as records from findings
group by tbl
union all
select tbl, 'reasons' as kind, code, count(distinct record) as records from findings
group by tbl, code
union all
select tbl, 'warnings' as kind, code, count(*) as records from warnings
group by tbl, code
order by tbl, kind, code

-- What is found about a drop's records (findings, warnings), and what corrections say of them (corrected).
create table findings (tbl varchar, record bigint, code varchar, col varchar);

create table warnings (tbl varchar, record bigint, code varchar, col varchar, key varchar, message varchar);

-- A row for each record that a correction is about.
create table corrected (
    id varchar, action varchar, tbl varchar, record bigint, col varchar, key varchar, message varchar
);

-- End dates after the quarter of an extract that came late.
create table not_yet (tbl varchar, record bigint, col varchar, key varchar, message varchar);

-- Findings with the message that is a record's own, where there is one.
create view told as
with dropped as (
    select tbl, record, string_agg(message, ' ' order by id) as message from corrected
    where action = 'drop'
    group by tbl, record
)

select findings.*, coalesce(dropped.message, '') as message
from findings
left join dropped
    on findings.code = {{ dropped_code | text }}
        and findings.tbl = dropped.tbl and findings.record = dropped.record;

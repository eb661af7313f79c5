-- Each name as delivered with its plain form, key and bones; worked out once a name.
create or replace table spelling as
with delivered_name as (
    select name as raw from delivered
    union
    select name_other as raw from delivered
    union
    select relative_name as raw from delivered
)

select raw, name_plain(raw) as plain from delivered_name
where raw is not null;

-- Stored before the bones are made from it: macros are put in as text, each form would be worked out again.
create or replace table spelling as
select *, name_key(plain) as key from spelling;

create or replace table spelling as
select *, name_bones(key) as bones from spelling;

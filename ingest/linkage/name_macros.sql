-- A name's plain form, key and bones, each as text or null.
create or replace macro name_plain(x) as
nullif(
    regexp_replace(
        trim(regexp_replace({{ cleaned }}, '[^\p{L}\p{M}\p{N}]+', ' ', 'g')), {{ titles | text }}, '\3'
    ),
    ''
);

create or replace macro name_key(x) as nullif(trim({{ key }}), '');

create or replace macro name_bones(x) as nullif({{ bones }}, '');

-- The values of a list that are not null, null where there is none.
create or replace macro filled(x) as
nullif(list_distinct(list_filter(x, lambda one: one is not null)), []);

-- How close two lists of names come, 0 to 1.
create or replace macro names_closest(a, b) as
list_max(list_transform(a, lambda x: list_max(list_transform(b, lambda y: jaro_winkler_similarity(x, y)))));

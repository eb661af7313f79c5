-- Everything that PostgreSQL's dumps write in ways of their own; see tests/unit/test_dumps_as_servers.py.
CREATE SCHEMA archive;
CREATE SCHEMA "Odd ""Schema";
CREATE TYPE mood AS ENUM ('glad', 'it''s', 'a,b');
CREATE DOMAIN amount AS numeric(12, 2) DEFAULT 1.00 CHECK (VALUE >= 0);
CREATE TYPE pair AS (a integer, b text);

CREATE TABLE texts (id serial PRIMARY KEY, t text DEFAULT 'none; (it''s)', v varchar(80));
INSERT INTO texts (t, v) VALUES
  ('', NULL), (NULL, ''), ('NULL', '\N'), ('it''s', '"quoted"'), (E'a\\b\\', E'\\'), (E'\\''', E'''\\'),
  (E'tab\there', E'line\nbreak'), (E'\r\n', E'\b\f\v'), ('),(', ''','''), (E'\\.', E'x\n\\.\ny'), (E'\n\\.\n', '\x41\101'),
  (E'1;\nCOPY public.texts (id, t, v) FROM stdin;\n9\tn\tn\n\\.\n', '-- no comment'), ('سنڌي ڪتاب', 'ಕನ್ನಡ'), ('😀', 'é'),
  (' ', '  x '), ('$$', '$a$ body $a$'), (E'INSERT INTO public.texts VALUES (9, ''n'', ''n'');\n', '/* nor */');

CREATE TABLE numbers (
  i integer, b bigint DEFAULT -9223372036854775808, n numeric, f real, d double precision, a amount, m money, o boolean
);
INSERT INTO numbers VALUES
  (-2147483648, 9223372036854775807, 12345678901234567890.123456789, 1.5, 1e300, 0.5, 12.5, true),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (0, 0, 'NaN', 'Infinity', '-Infinity', 0, -1, false),
  (7, -7, -0.000001, -1.5e-10, 2.2250738585072014e-308, 7, 0, true);

CREATE TABLE days (d date, t time(3), tz timetz, ts timestamp, tsz timestamptz, iv interval, r daterange);
INSERT INTO days VALUES
  ('2021-06-30', '23:59:59.999', '12:00+05:30', '2021-06-30 23:59:59.999999', '2021-06-30 12:00+05:30', '1 mon 2 days', '[2021-01-01,2021-02-01)'),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL), ('infinity', '00:00', '00:00Z', '-infinity', '0044-03-15 BC', '-1 day', 'empty');

CREATE TABLE kinds (
  b bytea, bt bit(5), vb bit varying(9), u uuid, j json, jb jsonb, ta text[], ia integer[], mo mood, p pair, ip inet, x xml, pt point
);
INSERT INTO kinds VALUES
  ('\x00ff10275c22', B'10101', B'1', '123e4567-e89b-12d3-a456-426655440000', '{"a": "b\n\"c"}', '{"k": [1, null]}', '{a,"b c","d\"e",NULL,"x\\y"}',
   '{{1,2},{3,4}}', 'it''s', ROW(1, 'a,"b'), '10.0.0.0/8', '<a b="c">&amp;</a>', '(1,2)'),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('', B'00000', B'', NULL, 'null', '""', '{}', '{}', 'a,b', ROW(NULL, ''), '::1', '', '(0,0)'),
  ('plain text', B'11111', B'000', NULL, '[]', '[]', '{""}', NULL, 'glad', NULL, NULL, NULL, NULL);
CREATE TABLE plain_bytes (b bytea);
INSERT INTO plain_bytes VALUES ('plain text'), (NULL), (''), ('it''s \\ here');

CREATE TABLE "Odd Table" (
  "id" integer GENERATED ALWAYS AS IDENTITY, "a ""b""" text, "select" integer DEFAULT 5, twice integer GENERATED ALWAYS AS ("select" * 2) STORED,
  gone integer, "x, y" text, "(z)" text
);
ALTER TABLE "Odd Table" DROP COLUMN gone;
INSERT INTO "Odd Table" ("a ""b""", "select", "x, y", "(z)") VALUES ('x', 2, 'p', 'q'), (NULL, NULL, NULL, NULL);

CREATE TABLE one (alone text);
INSERT INTO one VALUES (''), (NULL), ('x'), (''), (E'\n'), (E'\\.'), ('\N');
CREATE TABLE never_filled (a integer, b text);
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE late (a integer, b text);
INSERT INTO late VALUES (1, 'x'), (2, 'y');
ALTER TABLE late ADD COLUMN c integer DEFAULT 7;

CREATE TABLE months (id integer, m integer, note text) PARTITION BY RANGE (m);
CREATE TABLE months_low PARTITION OF months FOR VALUES FROM (0) TO (10);
CREATE TABLE archive.months_high (note text, m integer, id integer);
ALTER TABLE months ATTACH PARTITION archive.months_high FOR VALUES FROM (10) TO (20);
CREATE TABLE months_rest PARTITION OF months DEFAULT PARTITION BY HASH (id);
CREATE TABLE months_rest_0 PARTITION OF months_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE months_rest_1 PARTITION OF months_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO months SELECT g, g, 'n' || g FROM generate_series(1, 40) AS g;

CREATE TABLE people (id integer, name text);
CREATE TABLE workers (wage integer) INHERITS (people);
CREATE TABLE leaders (title text DEFAULT 'chief') INHERITS (workers);
INSERT INTO people VALUES (1, 'a');
INSERT INTO workers VALUES (2, 'b', 10);
INSERT INTO leaders VALUES (3, 'c', 20, 'd');

CREATE TABLE archive.texts (id integer, t text);
INSERT INTO archive.texts VALUES (1, 'old');
CREATE TABLE "Odd ""Schema".texts (id integer, t text);
INSERT INTO "Odd ""Schema".texts VALUES (1, 'odd');

CREATE FUNCTION fill(n integer) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO one VALUES ('by function; it''s'), ($q$ $$ $q$);
  DELETE FROM one WHERE alone = 'x';
END;
$body$;
CREATE FUNCTION half(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN x = 0 THEN 0 ELSE x / 2 END; END;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM one; RETURN NEW; END;';
CREATE TRIGGER noted BEFORE INSERT ON never_filled FOR EACH ROW EXECUTE FUNCTION note();
CREATE RULE kept AS ON DELETE TO late DO INSTEAD (UPDATE late SET b = 'gone'; SELECT 1);
CREATE PROCEDURE tidy() LANGUAGE sql AS 'TRUNCATE one; DROP TABLE one';
CREATE VIEW seen AS SELECT id, t || ';' AS t FROM texts WHERE t <> 'COPY x FROM stdin;';
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM texts;
CREATE INDEX by_length ON texts (length(t)) WHERE t <> ';';
CREATE SEQUENCE counter START 5;
CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE POLICY own ON late USING (b = current_user);
CREATE STATISTICS st ON i, b FROM numbers;
COMMENT ON TABLE texts IS E'INSERT INTO texts VALUES (1);\nit''s "so"; -- no';
ALTER TABLE workers ADD CONSTRAINT positive CHECK (wage > 0);
SELECT lo_from_bytea(0, '\x00ff');

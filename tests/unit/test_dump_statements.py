"""What a dump's statements do to its rows: void, change, owner, place; and what refuses the file, with the line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import Refused
from ingest.readers import ReadAgain, mysqldump, pg_dump
from ingest.readers.again import Known
from ingest.readers.byte_source import Source

CASES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "cases"
PG = "SET client_encoding = 'UTF8';\n"
T = "CREATE TABLE public.t (\n    a text,\n    b text\n);\n"
MY = "CREATE TABLE `t` (\n  `a` int DEFAULT NULL,\n  `b` varchar(9) DEFAULT 'x'\n) ENGINE=InnoDB;\n"


def read(text: str, block: int = 1 << 20) -> dict[str, list[list[Any]]]:
    """Rows by full name; a file that has to be read again is."""
    module = pg_dump if "client_encoding" in text else mysqldump
    known: Known | None = None
    while True:
        found: dict[str, list[list[Any]]] = {}
        try:
            for chunk in module.read(Source("x.sql", lambda: io.BytesIO(text.encode())), block, known):
                found.setdefault(chunk.full_name, []).extend(
                    list(row.values()) for row in chunk.cells.to_pylist()
                )
            return found
        except ReadAgain as again:
            assert known is None, "a second time is enough"
            known = again.known


def rows(*lines: str, table: str = "public.t", columns: str = "a, b") -> str:
    return f"COPY {table} ({columns}) FROM stdin;\n" + "".join(line + "\n" for line in lines) + "\\.\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PG + T + rows("1\t2") + "UPDATE public.t SET a = 3;\n", 9),
        (PG + T + rows("1\t2") + "\nDELETE FROM public.t WHERE a = '1';\n", 10),
        (PG + T + rows("1\t2") + "ALTER TABLE public.t DROP COLUMN b;\n", 9),
        (PG + T + rows("1\t2") + "ALTER TABLE ONLY public.t OWNER TO x, DROP b;\n", 9),
        (PG + T + rows("1\t2") + "ALTER TABLE public.t RENAME a TO c;\n", 9),
        (PG + T + rows("1\t2") + "WITH x AS (SELECT 1) INSERT INTO public.t SELECT 1, 2;\n", 9),
        (PG + T + rows("1\t2") + "DO $$ BEGIN DELETE FROM t; END $$;\n", 9),
        (PG + T + rows("1\t2") + "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE;\n", 9),
        (PG + T + "COPX public.t (a, b) FROM stdin;\n1\t2\n\\.\n", 6),
        (PG + T + "ALTER TABLE public.t OWNER TO x\n\nCOPY public.t (a, b) FROM stdin;\n\\.\n", 6),
        (PG + T + "COPY public.t (a, b) FROM stdin WITH (FORMAT csv);\n1,2\n\\.\n", 6),
        (PG + T + "1\t2\n\\.\n", 6),
        (PG + T + "\\.\n", 6),
        (PG + T + "\\i other.sql\n", 6),
        (PG + T + rows("1\t2", table="public.tt"), 6),
        (PG + T + rows("1\t2", columns="a, bb"), 6),
        (PG + "CREATE TABLE public.t AS SELECT 1 AS a;\n", 2),
        (MY + "INSERT INTO t VALUES (1,'a');\nUPDATE t SET a = 1;\n", 6),
        (MY + "INSERT INTO t VALUES (1,'a');\n/*!40000 DELETE FROM t LIMIT 1 */;\n", 6),
        (MY + "INSERT INTO t VALUES (1,'a');\nALTER TABLE `t` DROP `b`;\n", 6),
        (MY + "INSERT INTO t VALUES (1,'a');\nALTER TABLE `t`\n  ADD PRIMARY KEY (a), DROP COLUMN `b`;\n", 6),
        (MY + "INSERT INTO t VALUES (1,'a');\nRENAME TABLE t TO u;\n", 6),
        (MY + "INSERU INTO t VALUES (1,'a');\n", 5),
        (MY + "INSERT INTOt VALUES (1,'a');\n", 5),
        (PG + T + "INSERT INTOpublic.t VALUES (1,'a');\n", 6),
        (PG + T + "INSERT INTO pXblic.t VALUES (1,'a');\n", 6),
        (MY + "INSERT INTO t SELECT 1, 2;\n", 5),
        (MY + "INSERT INTO u VALUES (1,2);\n", 5),
        (MY + "UNLOCK TABLES\nINSERT INTO t VALUES (1,'a');\n", 5),
        (MY + "LOCK TABLES `t` WRITE INSERT INTO t VALUES (1,'a');\n", 5),
        (MY + "/*!50000 INSERT INTO t VALUES (1,'a') */;\n", 5),
        (MY + "LOAD DATA INFILE 'x' INTO TABLE t;\n", 5),
        (MY + "CALL fill();\n", 5),
        (MY + "BEGIN;\nINSERT INTO t VALUES (1,'a');\nROLLBACK;\n", 7),
        (MY.replace(") ENGINE=InnoDB;", ") ENGINE=InnoDB") + "INSERT INTO `t` VALUES (1,'a');\n", 1),
    ],
)
@pytest.mark.parametrize("block", [13, 1 << 20])
def test_what_changes_rows_or_is_not_known_refuses_the_file_with_the_line(
    text: str, line: int, block: int
) -> None:
    with pytest.raises(Refused, match=rf"^x\.sql.* line {line}[:,]") as refusal:
        read(text, block)
    assert refusal.value.code == "unreadable_file"


@pytest.mark.parametrize(
    "body",
    [
        "DELIMITER ;;\nCREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN\n"
        "INSERT INTO t VALUES (8,'n');\nEND ;;\nDELIMITER ;\n",
        "DELIMITER $$\nCREATE PROCEDURE p()\nBEGIN\nDELETE FROM t;\nEND$$\nDELIMITER ;\n",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER x AFTER INSERT ON t FOR EACH ROW BEGIN\n"
        "IF 1 THEN\nINSERT INTO t VALUES (7,'n');\nEND IF; UPDATE t SET a = CASE WHEN 1 THEN 2 ELSE 3 END; END */;\n",
        "CREATE FUNCTION f() RETURNS int BEGIN\nWHILE 1 DO\nCASE a WHEN 1 THEN\nUPDATE t SET a = 2;\nEND CASE;\n"
        "END WHILE;\nRETURN 1;\nEND;\n",
        "/*M!999999\\- enable the sandbox mode */ \n/*!999999 DELETE FROM t */;\n",
    ],
)
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_bodies_of_routines_are_no_data_with_and_without_delimiter(body: str, block: int) -> None:
    text = MY + body + "INSERT INTO t VALUES (1,'a');\n" + body + "INSERT INTO t VALUES (2,'b');\n"
    assert read(text, block) == {"t": [["1", "a"], ["2", "b"]]}


@pytest.mark.parametrize(
    "body",
    [
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $_$ BEGIN; DELETE FROM t; it's $_$;\n",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql\n    BEGIN ATOMIC\nINSERT INTO t VALUES (1,2);\n"
        "SELECT CASE WHEN true THEN 1 END;\nEND;\n",
        "CREATE RULE r AS ON INSERT TO t DO (\nUPDATE t SET a = 1; DELETE FROM t;);\n",
        "/* a /* nested */ DELETE FROM t; */\n",
        "COMMENT ON TABLE public.t IS 'INSERT INTO t VALUES (1); it''s';\n",
    ],
)
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_bodies_of_postgres_are_no_data(body: str, block: int) -> None:
    assert read(PG + T + body + rows("1\t2") + body, block) == {"public.t": [["1", "2"]]}


@pytest.mark.parametrize(
    "void",
    [
        "DROP TABLE public.t;\n" + T,
        "TRUNCATE public.t;\n",
        "TRUNCATE TABLE ONLY public.t RESTART IDENTITY;\n",
        "DELETE FROM public.t;\n",
        T,
        "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n" + T,
    ],
)
@pytest.mark.parametrize("block", [9, 1 << 20])
def test_what_was_dropped_emptied_or_created_again_is_void(void: str, block: int) -> None:
    text = PG + T + rows("old\t1", "old\t2") + void + rows("new\t1")
    assert read(text, block) == {"public.t": [["new", "1"]]}


def test_a_dropped_table_is_gone_and_a_dump_appended_twice_counts_once() -> None:
    assert read(PG + T + rows("1\t2") + "DROP TABLE IF EXISTS t CASCADE;\n") == {}
    once = "DROP TABLE IF EXISTS `t`;\n" + MY + "INSERT INTO `t` VALUES (1,'a'),(2,'b');\n"
    assert read(once * 2) == {"t": [["1", "a"], ["2", "b"]]}
    data = "-- MySQL dump 10.13\nINSERT INTO `t` (`a`) VALUES (1);\n"
    with pytest.raises(Refused, match="second dump in the same file"):
        read(data * 2)


PARTS = (
    "CREATE TABLE public.p (\n    a text,\n    b text\n)\nPARTITION BY LIST (a);\n",
    "CREATE TABLE public.q (\n    b text,\n    a text\n);\n",
    "ALTER TABLE ONLY public.p ATTACH PARTITION public.q FOR VALUES IN ('1');\n",
)


@pytest.mark.parametrize("block", [9, 1 << 20])
def test_rows_of_partitions_are_the_parents_in_its_columns(block: int) -> None:
    data = rows("y\t1", table="public.q", columns="b, a")
    expected = {"public.p": [["1", "y"]], "public.q": [["y", "1"]]}
    assert read(PG + "".join(PARTS) + data, block) == expected
    assert read(PG + PARTS[0] + PARTS[1] + data + PARTS[2], block) == expected  # attached behind its rows
    detached = "ALTER TABLE public.p DETACH PARTITION public.q;\n"
    assert read(PG + "".join(PARTS) + detached + data, block) == {"public.q": [["y", "1"]], "public.p": []}
    of = "CREATE TABLE public.r PARTITION OF public.p FOR VALUES IN ('2');\n"
    both = read(PG + PARTS[0] + of + "INSERT INTO public.r VALUES ('2', 'z');\n", block)
    assert both == {"public.p": [["2", "z"]], "public.r": [["2", "z"]]}


def test_rows_of_inherited_tables_are_the_parents_too() -> None:
    child = "CREATE TABLE public.c (\n    d text\n)\nINHERITS (public.t);\n"
    grand = "CREATE TABLE public.g (\n)\nINHERITS (public.c);\n"
    text = PG + T + child + grand + rows("1\t2") + rows("3\t4\t5", table="public.c", columns="a, b, d")
    text += rows("6\t7\t8", table="public.g", columns="a, b, d")
    assert read(text) == {
        "public.t": [["1", "2"], ["3", "4"], ["6", "7"]],
        "public.c": [["3", "4", "5"], ["6", "7", "8"]],
        "public.g": [["6", "7", "8"]],
    }


def test_databases_and_schemas_are_part_of_the_name() -> None:
    text = PG + "SET search_path = archive, pg_catalog;\nCREATE TABLE t (\n    a text\n);\n"
    text += rows("old", table="t", columns="a") + 'SET search_path TO "$user", public;\n' + T
    text += rows("1\t2", table="t") + "\\connect other\n" + T + rows("3\t4")
    assert read(text) == {"archive.t": [["old"]], "public.t": [["1", "2"]], "other.public.t": [["3", "4"]]}
    used = (
        "USE `a`;\n"
        + MY
        + "INSERT INTO t VALUES (1,'x');\nUSE b;\n"
        + MY
        + "INSERT INTO `a`.t VALUES (2,'y');\n"
    )
    assert read(used) == {"a.t": [["1", "x"], ["2", "y"]], "b.t": []}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("(1 2,'a')", "1 2"),
        ("(10-3,'a')", "10-3"),
        ("(1.2.3,'a')", "1.2.3"),
        ("(NUL,'a')", "NUL"),
        ("(NOW(),'a')", ""),
        (r"(1\2,'a')", r"1\2"),
        (r"(\N,'a')", r"\N"),
    ],
)
def test_expressions_are_refused(values: str, found: str) -> None:
    with pytest.raises(Refused, match=r"table 't'.*an expression"):
        read(MY + f"INSERT INTO t VALUES {values};\n")
    with pytest.raises(Refused, match=r"table 't'.*an expression"):
        read(PG + T + f"INSERT INTO public.t VALUES {values};\n")


def chunks(text: str) -> list[Any]:
    module = pg_dump if "client_encoding" in text else mysqldump
    return list(module.read(Source("x.sql", lambda: io.BytesIO(text.encode("latin-1")))))


def test_what_is_no_text_is_named() -> None:
    (found,) = chunks(MY + "INSERT INTO t VALUES (0x0102,0xFF00),(b'11',_binary 'k'),(3,DEFAULT);\n")
    assert found.cells.to_pylist() == [
        {"a": "258", "b": "0xFF00"},
        {"a": "3", "b": "k"},
        {"a": "3", "b": None},
    ]
    assert set(found.unread) == {"b"}
    (left_out,) = chunks(
        "CREATE TABLE t (i int AUTO_INCREMENT, a int, c int AS (a + 1), d text DEFAULT 'z', e datetime"
        " DEFAULT CURRENT_TIMESTAMP);\nINSERT INTO t (a) VALUES (1);\n"
    )
    assert left_out.cells.to_pylist() == [{"i": None, "a": "1", "c": None, "d": "z", "e": None}]
    assert set(left_out.unread) == {"i", "c", "e"}
    (blob,) = chunks(
        PG + "CREATE TABLE public.t (\n    a bytea,\n    b bytea\n);\n" + rows(r"\\x4a4b" + "\t" + r"\\xff")
    )
    assert blob.cells.to_pylist() == [{"a": "JK", "b": r"\xff"}]
    assert set(blob.unread) == {"b"}


WHOLE = [
    PG + T + rows("1\t2") + "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k PRIMARY KEY (a);\n",
    "-- MySQL dump 10.13\n-- Server version\t8.0.36\n"
    + MY
    + "INSERT INTO `t` VALUES (1,'a');\n-- Dump completed",
    "START TRANSACTION;\n" + MY + "INSERT INTO `t` VALUES (1,'a');\nCOMMIT;",
    "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE */;\n" + MY + "INSERT INTO `t` VALUES (1,'a');\n"
    "/*!40101 SET SQL_MODE=IFNULL(@OLD_SQL_MODE, '') */;",
    "LOCK TABLES `t` WRITE;\n" + MY + "INSERT INTO `t` VALUES (1,'a');\nUNLOCK TABLES;",
]


@pytest.mark.parametrize("text", WHOLE[1:])
def test_a_dump_cut_anywhere_is_refused(text: str) -> None:
    assert read(text) == {"t": [["1", "a"]]}
    start = text.index("CREATE TABLE")
    for end in range(start + 1, len(text)):
        with pytest.raises(Refused):
            read(text[:end])


def test_a_dump_without_ends_is_cut_only_between_statements_unnoticed() -> None:
    text = WHOLE[0]
    wholes = {place for place, letter in enumerate(text) if letter == "\n"} | {len(text) - 1}
    for end in range(len(PG), len(text) - 1):
        try:
            read(text[:end])
        except Refused:
            continue
        assert text[:end].rstrip().endswith((";", "\\.")), (end, text[:end])
        assert end in wholes or text[end - 1] in ";.\n"


@pytest.mark.parametrize(
    "dollar",
    [
        "$a{}$ ",
        "$$ $b{}$ ",
        "/* ",
        "' \" ",
        "` ",
        "COPY ",
        "CREATE ",
        "'\nCOPY ",
        "/*! ",
        "(",
        "BEGIN ",
        "a.",
    ],
)
@pytest.mark.parametrize("module", [pg_dump, mysqldump])
def test_what_never_ends_takes_linear_time(module: Any, dollar: str) -> None:
    text = "CREATE VIEW v AS " + "".join(dollar.format(number) for number in range(40_000)) + "\n"
    with pytest.raises(Refused):
        list(module.read(Source("x.sql", lambda: io.BytesIO(text.encode()))))


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases (../shared/data/cases) are not here")
def test_the_cases_are_read_as_the_databases_would() -> None:
    def case(name: str) -> dict[str, list[list[Any]]]:
        return read((CASES / name).read_text())

    assert case("pg-dump/pg_part.sql")["public.enterprise_month"] == [
        ["1", "2021-01", "500.00"],
        ["2", "2021-02", "700.00"],
    ]
    assert case("pg-dump/pg_schemas.sql") == {
        "archive.enterprise": [["1", "old one"]],
        "public.enterprise": [["7", "current one"], ["8", "current two"]],
    }
    assert case("mysqldump/use2.sql") == {
        "mis_archive.igg_grant": [["1", "5000"], ["2", "6000"]],
        "mis.igg_grant": [["3", "7000"]],
    }

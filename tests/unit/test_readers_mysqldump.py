"""MySQL dumps: whatever MySQL writes must come back cell by cell, however the blocks fall."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Refused
from ingest.readers import mysqldump, read, sniff, sql_values
from ingest.readers.arrow_csv import inside_quotes
from ingest.readers.byte_source import Source, from_path

# mysql_real_escape_string (MySQL C API), which mysqldump uses for text.
ESCAPES = {"\0": "\\0", "\n": "\\n", "\r": "\\r", "\\": "\\\\", "'": "\\'", '"': '\\"', "\x1a": "\\Z"}

Row = list[str | None]


def quoted(cell: str | None) -> str:
    return "NULL" if cell is None else "'" + "".join(ESCAPES.get(c, c) for c in cell) + "'"


def tuples(rows: list[Row], between: str = ",") -> str:
    return between.join("(" + ",".join(map(quoted, row)) + ")" for row in rows)


def dump(columns: list[str], *inserts: str) -> str:
    created = ",\n".join(f"  `{column}` varchar(20) DEFAULT NULL" for column in columns)
    return f"-- MySQL dump 10.13\n\nCREATE TABLE `t` (\n{created}\n) ENGINE=InnoDB;\n" + "".join(inserts)


def tables(text: str | bytes, block: int = 1 << 20) -> dict[str, list[Row]]:
    content = text.encode() if isinstance(text, str) else text
    import io

    found: dict[str, list[Row]] = {}
    for chunk in mysqldump.read(Source("x.sql", lambda: io.BytesIO(content)), block):
        rows = [list(row.values()) for row in chunk.cells.to_pylist()]
        before = found.setdefault(chunk.table, [])
        assert chunk.rows.tolist() == list(range(len(before) + 1, len(before) + len(rows) + 1))
        assert not chunk.is_grid
        before += rows
    return found


nasty = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=12),
    st.text("(),;'\"\\\n\r\t\0\x1a -N#*/`%_ab", max_size=12),
    st.sampled_from(
        ["NULL", "", "),(", ");\nINSERT INTO `t` VALUES (", "\\N", "\\", "''", "0x41", "-- x\n", "*/"]
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(nasty, min_size=width, max_size=width), min_size=1)
    ),
    st.integers(3, 90),
    st.sampled_from([",", ",\n", ",\r\n  "]),
    st.integers(1, 5),
)
def test_cells_come_back_however_blocks_and_statements_fall(
    rows: list[Row], block: int, between: str, per_insert: int
) -> None:
    inserts = [
        f"INSERT INTO `t` VALUES {tuples(rows[start : start + per_insert], between)};\n"
        for start in range(0, len(rows), per_insert)
    ]
    text = dump([f"c{place}" for place in range(len(rows[0]))], *inserts)
    assert tables(text, block) == {"t": rows}


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ("(1,'a')", ["1", "a"]),
        ("(-1.5e10,NULL)", ["-1.5e10", None]),
        ("('NULL','')", ["NULL", ""]),
        ("( 1 ,\n 'a b' )", ["1", "a b"]),
        (r"('O\'Hara','it''s')", ["O'Hara", "it's"]),
        (r"('\\','\\\'')", ["\\", "\\'"]),
        (r"('\n\r\t\b\0\Z','\"\a')", ["\n\r\t\b\0\x1a", '"a']),
        (r"('100\%','a\_b')", ["100\\%", "a\\_b"]),
        ("('),(','a;b')", ["),(", "a;b"]),
        ("('line\nbreak','(')", ["line\nbreak", "("]),
        ("(0x4A4B,'0x4A4B')", ["JK", "0x4A4B"]),
        ("(x'e0a495',X'')", ["क", ""]),
        ("(TRUE,-.5)", ["1", "-.5"]),
        ("(.5,5e3)", [".5", "5e3"]),
        ("(_binary 'NULL',_latin1'NULL')", ["NULL", "NULL"]),
        (r"(_binary 'x\'y',_utf8mb4'z')", ["x'y", "z"]),
        ("(b'101',N'x')", ["5", "x"]),
        ("""("it's","say ""hi"" \\'x\\' \\"y\\"")""", ["it's", """say "hi" 'x' "y\""""]),
        ("""('say "hi"',"b")""", ['say "hi"', "b"]),
        ("('ٻڪريون','কুমিল্লা')", ["ٻڪريون", "কুমিল্লা"]),
    ],
)
@pytest.mark.parametrize("block", [7, 1 << 20])
def test_value_forms(values: str, cells: Row, block: int) -> None:
    text = dump(["a", "b"], f"INSERT INTO `t` VALUES (0,'first'),{values},('last',9);\n")
    assert tables(text, block) == {"t": [["0", "first"], cells, ["last", "9"]]}


@pytest.mark.parametrize(
    "head",
    [
        "INSERT INTO `t` VALUES ",
        "insert into t values",
        "INSERT IGNORE INTO `t` VALUES ",
        "REPLACE INTO `t` VALUES ",
        "INSERT INTO `db`.`t` (`a`, `b`) VALUES\n",
        'INSERT INTO "t" ("a","b") VALUES ',
        "INSERT LOW_PRIORITY INTO t (a,b) VALUES ",
    ],
)
def test_insert_heads(head: str) -> None:
    assert tables(dump(["a", "b"], f"{head}(1,2),(3,4);\n{head}(5,6);\n")) == {
        "t": [["1", "2"], ["3", "4"], ["5", "6"]]
    }


def test_one_row_an_insert_is_read_as_one_run() -> None:
    text = dump(["a"], *[f"INSERT INTO `t` VALUES ('{number};');\n" for number in range(500)])
    assert tables(text)["t"] == [[f"{number};"] for number in range(500)]


def test_columns_of_create_table() -> None:
    text = """CREATE TABLE IF NOT EXISTS `odd, table` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s (the) key, really',
  `full name` enum('a,b','c)','d''e') DEFAULT 'c)', /* a comment, with ( */
  `key` decimal(10,2) DEFAULT '0.00', -- another, comment
  plain varchar(5) GENERATED ALWAYS AS (concat(`id`,',')) VIRTUAL,
  `tick``ed` text,
  PRIMARY KEY (`id`,`key`),
  UNIQUE KEY `u` (`full name`),
  KEY `k` (`key`), INDEX i (id), FULLTEXT KEY f (plain), SPATIAL INDEX s (x),
  CONSTRAINT `c` FOREIGN KEY (`id`) REFERENCES `other` (`id`) ON DELETE CASCADE,
  CHECK (`id` > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='x;y';
"""
    (chunk,) = mysqldump.read(_source(text))
    assert chunk.table == "odd, table"
    assert chunk.cells.schema.names == ["id", "full name", "key", "plain", "tick`ed"]
    assert chunk.cells.num_rows == 0


def _source(text: str) -> Source:
    import io

    return Source("x.sql", lambda: io.BytesIO(text.encode()))


def test_what_is_no_row_is_passed_over() -> None:
    text = (
        "/*!40101 SET NAMES utf8mb4 */;\n# it's a comment\n-- don't; INSERT INTO `t` VALUES (9);\n"
        'SET SQL_MODE = "NO;VALUE";\nLOCK TABLES `t` WRITE;\n'
        + dump(["a"], "INSERT INTO `t` VALUES (1);\n")
        + "UNLOCK TABLES;\n/*!50003 CREATE TRIGGER x BEGIN INSERT INTO t VALUES (7); END */;;\n"
        "DELIMITER ;;\nCREATE PROCEDURE p() BEGIN INSERT INTO `t` VALUES (8); END ;;\nDELIMITER ;\n"
        "/*!50001 CREATE VIEW `v` AS SELECT 1 AS `x`*/;\nALTER TABLE `t` ADD KEY `a` (`a`);\n"
        "INSERT INTO `t` VALUES (2) ON DUPLICATE KEY UPDATE a=VALUES(a);\nINSERT INTO t VALUES (3);\n"
    )
    assert tables(text) == {"t": [["1"], ["2"], ["3"]]}
    assert tables(text, 11) == {"t": [["1"], ["2"], ["3"]]}


def test_columns_by_list_by_create_or_by_number() -> None:
    created = dump(["a", "b", "c"], "INSERT INTO `t` (`c`,`a`) VALUES (3,1);\n")
    (chunk,) = mysqldump.read(_source(created))
    assert chunk.cells.to_pylist() == [{"a": "1", "b": None, "c": "3"}]
    (listed,) = mysqldump.read(_source("INSERT INTO t (`x y`, z) VALUES (1,2);"))
    assert listed.cells.to_pylist() == [{"x y": "1", "z": "2"}]
    (bare,) = mysqldump.read(_source("INSERT INTO t VALUES (1,'a,b'),(2,'c');"))
    assert bare.cells.to_pylist() == [{"c1": "1", "c2": "a,b"}, {"c1": "2", "c2": "c"}]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("(1,2),(3),(4,5)", "record 2: 1 values for 2"),
        ("(1,2),(3,4),(4,5,6)", "record 3: 3 values for 2"),
        ("(1,2),(NOW(),4)", "expression"),
        ("(1,2),('a' 'b',4)", "damaged string"),
        ("(1,2),(POINT('1',2),4)", "expression"),
        ("(1,2),(3,4", "expression"),
    ],
)
@pytest.mark.parametrize("block", [9, 1 << 20])
def test_a_row_that_does_not_fit_is_refused(values: str, said: str, block: int) -> None:
    with pytest.raises(Refused, match=said) as refusal:
        tables(dump(["a", "b"], f"INSERT INTO `t` VALUES {values};\n"), block)
    assert refusal.value.code == "unreadable_file"
    assert "'t'" in str(refusal.value)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.99])
def test_a_cut_off_dump_is_refused(share: float, tmp_path: Path) -> None:
    text = dump(["a", "b"], f"INSERT INTO `t` VALUES {tuples([['x;', 'y']] * 300)};\n").strip()
    for name, content in {
        "cut.sql": text.encode()[: int(len(text) * share)],
        "cut.sql.gz": gzip.compress(text.encode())[: int(len(gzip.compress(text.encode())) * share)],
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused, match="cut short") as refusal:
            list(read(tmp_path / name))
        assert refusal.value.code == "unreadable_file"


def test_gzip_and_utf16_and_stray_bytes(tmp_path: Path) -> None:
    text = dump(["a"], "INSERT INTO `t` VALUES ('é'),('\\0');\n")
    for name, content in {
        "a.sql": text.encode(),
        "b.csv": gzip.compress(text.encode()),
        "c": text.encode("utf-16"),
        "d": text.replace("\n", "\n/*!40101 SET NAMES latin1 */;\n", 1).encode("latin-1"),
        "e": b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert sniff(path) == "mysqldump"
        assert [row["a"] for chunk in read(path) for row in chunk.cells.to_pylist()] == ["é", "\0"]


def test_big_dump_is_handed_on_in_pieces() -> None:
    rows: list[Row] = [[str(number), "x" * 50] for number in range(4000)]
    text = dump(["a", "b"], f"INSERT INTO `t` VALUES {tuples(rows)};\n")
    chunks = list(mysqldump.read(_source(text), 30_000))
    assert len(chunks) > 5
    assert max(chunk.cells.nbytes for chunk in chunks) < 60_000
    assert np.concatenate([chunk.rows for chunk in chunks]).tolist() == list(range(1, 4001))


@pytest.mark.parametrize("first", [1, 5, 17, 60])
def test_windows_that_grow_read_the_same(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    monkeypatch.setattr(sql_values, "FIRST_WINDOW", first)
    rows: list[Row] = [["a;'(", None], ["\\", "),("], ['"', "x"]] * 5
    for quote in ("`", '"'):
        head = f"INSERT INTO {quote}t{quote} VALUES "
        text = dump(["a", "b"], f"{head}{tuples(rows)};\n", *[f"{head}{tuples([row])};\n" for row in rows])
        assert tables(text) == {"t": rows * 2}


def test_tables_in_turn_are_gathered_and_keep_their_order() -> None:
    text = "".join(f"INSERT INTO t{number % 2} VALUES ({number},'x');\n" for number in range(50))
    chunks = list(mysqldump.read(_source(text)))
    assert [chunk.table for chunk in chunks] == ["t0", "t1"]
    assert [chunk.rows.tolist() for chunk in chunks] == [list(range(1, 26))] * 2
    assert chunks[1].cells.column(0).to_pylist() == [str(number) for number in range(1, 50, 2)]
    other = "INSERT INTO t (a) VALUES (1);INSERT INTO t (b,a) VALUES (2,3);INSERT INTO t (a) VALUES (4);"
    assert [(chunk.cells.to_pylist(), chunk.rows.tolist()) for chunk in mysqldump.read(_source(other))] == [
        ([{"a": "1"}, {"a": "4"}], [1, 3]),
        ([{"b": "2", "a": "3"}], [2]),
    ]


@given(st.text("'a,", max_size=300), st.integers(0, 70))
def test_quoted_bytes_are_those_behind_an_odd_number_of_quotes(text: str, more: int) -> None:
    content = np.frombuffer((text + "'" * more).encode(), np.uint8)
    plain = [(text + "'" * more)[: place + 1].count("'") % 2 == 1 for place in range(content.size)]
    assert inside_quotes(content, ord("'")).tolist() == plain


def test_missing_file_is_told(tmp_path: Path) -> None:
    from ingest.errors import SangamError

    with pytest.raises(SangamError, match="no such file"):
        from_path(tmp_path / "none.sql")

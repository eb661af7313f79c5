"""Which of a dump's tables of one name a contract means, and that a dump which takes rows back is judged anew."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from ingest.contracts.source import Source
from ingest.errors import Refused, SangamError
from ingest.readers import Known, ReadAgain, export, read
from ingest.tables.layout import pieces

CASES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the cases (../shared/data/cases) are not here")


def contract(table: str, *columns: str, **words: str) -> Source:
    tables = {table: {"key": [columns[0]], "columns": {name: {"type": "text"} for name in columns}}}
    return Source.model_validate(
        {"title": "t", "format": ["pg_dump", "mysqldump"], "tables": tables, **words}
    )


def records(path: Path, source: Source) -> list[dict[str, Any]]:
    return [row for piece in pieces(read(path), source, path.name) for row in piece.cells.to_pylist()]


@needs_cases
def test_public_is_meant_until_the_contract_names_another_schema() -> None:
    path = CASES / "pg-dump/pg_schemas.sql"
    assert records(path, contract("enterprise", "id", "n")) == [
        {"id": "7", "n": "current one"},
        {"id": "8", "n": "current two"},
    ]
    archive = contract("enterprise", "id", "n", schema_name="archive")
    assert records(path, archive) == [{"id": "1", "n": "old one"}]
    with pytest.raises(Refused, match="not found") as refusal:
        records(path, contract("enterprise", "id", "n", schema_name="elsewhere"))
    assert refusal.value.code == "missing_table"


@needs_cases
def test_two_databases_are_two_candidates_until_the_contract_names_one() -> None:
    path = CASES / "mysqldump/use2.sql"
    with pytest.raises(Refused, match=r"mis_archive\.igg_grant and mis\.igg_grant"):
        records(path, contract("igg_grant", "id", "amount"))
    assert records(path, contract("igg_grant", "id", "amount", database="mis")) == [
        {"id": "3", "amount": "7000"}
    ]


@needs_cases
def test_a_partitions_rows_are_read_for_the_parent() -> None:
    source = contract("enterprise_month", "id", "month", "sales")
    assert len(records(CASES / "pg-dump/pg_part.sql", source)) == 2


def test_a_table_named_with_other_letters_is_another_one(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text(
        "CREATE TABLE `Grant` (a int);\nCREATE TABLE `grant` (a int);\nINSERT INTO `Grant` VALUES (1);\n"
    )
    with pytest.raises(Refused, match="two tables could be 'grant'"):
        records(path, contract("grant", "a"))


def test_public_that_comes_late_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    copy = "COPY {}.e (id) FROM stdin;\n{}\n\\.\n"
    path.write_text("SET client_encoding = 'UTF8';\n" + copy.format("archive", 1) + copy.format("public", 2))
    assert records(path, contract("e", "id")) == [{"id": "2"}]


def test_what_is_no_text_refuses_only_a_column_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text("CREATE TABLE t (a int, b blob);\nINSERT INTO t VALUES (1,0xFF);\n")
    with pytest.raises(Refused, match="column 'b' has bytes that are no text"):
        records(path, contract("t", "a", "b"))
    assert records(path, contract_ignoring("b")) == [{"a": "1"}]


def contract_ignoring(column: str) -> Source:
    table = {"key": ["a"], "columns": {"a": {"type": "text"}}, "ignored": [column]}
    return Source.model_validate({"title": "t", "format": ["mysqldump"], "tables": {"t": table}})


def test_a_big_dump_that_takes_rows_back_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    once = "DROP TABLE IF EXISTS t;\nCREATE TABLE t (a int, b text);\n" + "".join(
        f"INSERT INTO t VALUES ({number},'{'x' * 900}');\n" for number in range(12_000)
    )
    path.write_text(once * 2)
    with pytest.raises(ReadAgain) as again:
        sum(chunk.cells.num_rows for chunk in read(path))
    known: dict[str, Known] = {again.value.name: again.value.known}
    assert sum(chunk.cells.num_rows for chunk in read(path, known=known)) == 12_000
    out = io.StringIO()
    export.to_csv(path, None, out)
    assert out.getvalue().count("\r\n") == 12_001


def test_tables_that_are_never_filled_are_said(tmp_path: Path) -> None:
    path, out, said = tmp_path / "x.sql", io.StringIO(), []
    path.write_text(
        "CREATE TABLE a (i int);\nCREATE TABLE b (i int);\nCREATE TABLE c (i int);\nINSERT INTO b VALUES (1);\n"
    )
    export.to_csv(path, "b", out, tell=said.append)
    assert (out.getvalue(), said) == ("i\r\n1\r\n", ["Without a record: a, c."])


@needs_cases
def test_a_table_of_two_databases_is_named_in_full() -> None:
    path = CASES / "mysqldump/use2.sql"
    with pytest.raises(SangamError, match=r"mis_archive\.igg_grant, mis\.igg_grant"):
        export.to_csv(path, "igg_grant", io.StringIO())
    out = io.StringIO()
    export.to_csv(path, "mis.igg_grant", out)
    assert out.getvalue() == "id,amount\r\n3,7000\r\n"

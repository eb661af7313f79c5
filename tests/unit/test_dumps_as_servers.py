"""The databases are the judges: dumps that PostgreSQL and MariaDB write, and ours of them, row by row.

Each script is loaded into the server; what the server then has must be what our readers find in the script, and in the
dump that the server's own program writes of it.
"""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import Refused
from ingest.readers import ReadAgain, mysqldump, pg_dump
from ingest.readers.byte_source import Source
from tests import servers
from tests.servers import MariaDb, Postgres

SCRIPTS = Path(__file__).resolve().parents[1] / "dumps"
SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the cases (../shared/data) are not here")
Tables = dict[str, tuple[list[str], list[list[str | None]]]]


@pytest.fixture(scope="module")
def pg() -> Iterator[Postgres]:
    if not servers.postgres_folder():
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="module")
def my() -> Iterator[MariaDb]:
    if not servers.has_mariadb():
        pytest.skip("MariaDB is not installed (apt-get install mariadb-server)")
    with servers.mariadb() as server:
        yield server


def ours(module: Any, text: bytes, block: int = 1 << 20) -> tuple[Tables, dict[str, dict[str, str]]]:
    """The tables that our reader finds, by schema and name, and the columns it does not vouch for."""
    known = None
    for _ in range(2):
        found: Tables = {}
        unread: dict[str, dict[str, str]] = {}
        try:
            for chunk in module.read(Source("x.sql", lambda: io.BytesIO(text)), block, known):
                name = ".".join((*chunk.within[1:], chunk.table))
                columns, rows = found.setdefault(name, (chunk.cells.schema.names, []))
                assert columns == chunk.cells.schema.names
                rows += [list(row.values()) for row in chunk.cells.to_pylist()]
                unread.setdefault(name, {}).update(chunk.unread)
            return found, unread
        except ReadAgain as again:
            known = again.known
    raise AssertionError("a second time is enough")


def ordered(rows: list[list[str | None]], left_out: set[int]) -> list[list[str]]:
    kept = [[repr(cell) for place, cell in enumerate(row) if place not in left_out] for row in rows]
    return sorted(kept)


def agree(truth: Tables, module: Any, text: bytes, block: int = 1 << 20, lost: tuple[str, ...] = ()) -> None:
    """Asserts that our reader finds what the server has; columns it names as unread aside, and tables `lost`."""
    found, unread = ours(module, text, block)
    assert set(found) == set(truth)
    for name in set(truth) - set(lost):
        (columns, rows), (our_columns, our_rows) = truth[name], found[name]
        assert our_columns == columns, name
        if columns:
            left_out = {columns.index(column) for column in unread[name]}
            assert ordered(our_rows, left_out) == ordered(rows, left_out), name


POSTGRES_OPTIONS = [
    [], ["--inserts"], ["--column-inserts"], ["--rows-per-insert=3"], ["--inserts", "--on-conflict-do-nothing"],
    ["--quote-all-identifiers"], ["--clean", "--if-exists"], ["--create", "--clean", "--if-exists"],
    ["--disable-dollar-quoting"], ["--no-owner", "--no-comments", "--no-privileges"],
    ["--use-set-session-authorization"], ["--enable-row-security"], ["--serializable-deferrable"],
    ["--disable-triggers"],
]  # fmt: skip


@pytest.fixture(scope="module")
def everything_postgres(pg: Postgres) -> Tables:
    pg.new("everything")
    pg.load((SCRIPTS / "postgres.sql").read_bytes(), "everything")
    return pg.tables("everything")


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("options", POSTGRES_OPTIONS, ids=" ".join)
def test_what_pg_dump_writes_is_what_postgres_has(
    pg: Postgres, everything_postgres: Tables, options: list[str]
) -> None:
    text = pg.dump("everything", *options)
    for block in (97, 1 << 20):
        agree(everything_postgres, pg_dump, text, block)


@pytest.mark.xdist_group("postgres")
def test_rows_of_partitions_may_stand_under_their_root(pg: Postgres, everything_postgres: Tables) -> None:
    leaves = (
        "archive.months_high",
        *(f"public.months_{leaf}" for leaf in ("low", "rest", "rest_0", "rest_1")),
    )
    agree(everything_postgres, pg_dump, pg.dump("everything", "--load-via-partition-root"), lost=leaves)


@pytest.mark.xdist_group("postgres")
def test_a_part_of_a_partitioned_table_is_not_it(pg: Postgres, everything_postgres: Tables) -> None:
    found, _ = ours(pg_dump, pg.dump("everything", "--schema=archive"))
    assert set(found) == {"archive.months_high", "archive.texts"}


MARIADB_OPTIONS = [
    [], ["--skip-extended-insert"], ["--complete-insert"], ["--hex-blob"], ["--skip-opt"], ["--databases"],
    ["--routines", "--triggers", "--events"], ["--insert-ignore"], ["--replace"], ["--order-by-primary"],
    ["--single-transaction"], ["--compact"], ["--no-autocommit"], ["--delayed-insert"], ["--skip-comments"],
    ["--add-drop-database", "--databases"], ["--skip-set-charset"], ["--apply-slave-statements"],
    ["--hex-blob", "--complete-insert", "--skip-extended-insert"], ["--skip-triggers", "--skip-add-locks"],
    ["--compatible=ansi", "--default-character-set=utf8mb4"], ["--skip-tz-utc"],
]  # fmt: skip


@pytest.fixture(scope="module")
def everything_mariadb(my: MariaDb) -> Tables:
    my.new("everything")
    my.load((SCRIPTS / "mariadb.sql").read_bytes(), "everything")
    return my.tables("everything")


@pytest.mark.xdist_group("mariadb")
@pytest.mark.parametrize("options", MARIADB_OPTIONS, ids=" ".join)
def test_what_mariadb_dump_writes_is_what_mariadb_has(
    my: MariaDb, everything_mariadb: Tables, options: list[str]
) -> None:
    text = my.dump(*options, "everything")
    # Without --tz-utc, time stamps stand in the server's own zone.
    truth = my.tables("everything", "+05:30") if "--skip-tz-utc" in options else everything_mariadb
    for block in (97, 1 << 20):
        agree(truth, mysqldump, text, block)


@pytest.mark.xdist_group("mariadb")
def test_bytes_in_a_dump_of_another_encoding_are_named(my: MariaDb, everything_mariadb: Tables) -> None:
    text = my.dump("--default-character-set=latin1", "everything", "bits", "blobs", "numbers")
    _, unread = ours(mysqldump, text)
    assert {"b", "k", "t"} <= set(unread["blobs"]) and {"many", "full"} <= set(unread["bits"])
    _, unread = ours(mysqldump, my.dump("--no-create-info", "everything", "bits"))
    assert len(unread["bits"]) == 3


POSTGRES_SCRIPTS: dict[str, dict[str, Any]] = yaml.safe_load((SCRIPTS / "postgres_scripts.yml").read_text())
HEAD = "SET client_encoding = 'UTF8';\n"


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("name", POSTGRES_SCRIPTS)
def test_a_script_does_what_psql_makes_of_it(pg: Postgres, name: str) -> None:
    text = (HEAD + POSTGRES_SCRIPTS[name]["script"]).encode()
    pg.new("script")
    try:
        pg.load(text, "script")
    except AssertionError:
        with pytest.raises(Refused):
            ours(pg_dump, text)
        return
    if POSTGRES_SCRIPTS[name].get("refused"):
        with pytest.raises(Refused):
            ours(pg_dump, text)
        return
    for block in (7, 1 << 20):
        agree(pg.tables("script"), pg_dump, text, block)


MARIADB_SCRIPTS: dict[str, dict[str, Any]] = yaml.safe_load((SCRIPTS / "mariadb_scripts.yml").read_text())


@pytest.mark.xdist_group("mariadb")
@pytest.mark.parametrize("name", MARIADB_SCRIPTS)
def test_a_script_does_what_mariadb_makes_of_it(my: MariaDb, name: str) -> None:
    text = MARIADB_SCRIPTS[name]["script"].encode()
    my.new("script")
    try:
        my.load(b"SET NAMES utf8mb4; SET sql_mode = '';\n" + text, "script")
    except AssertionError:
        with pytest.raises(Refused):
            ours(mysqldump, text)
        return
    if MARIADB_SCRIPTS[name].get("refused"):
        with pytest.raises(Refused):
            ours(mysqldump, text)
        return
    for block in (7, 1 << 20):
        agree(my.tables("script"), mysqldump, text, block)


nasty = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20),
    st.text("(),;'\"\\\n\r\t\b -N.#*/`%_$ab0x", max_size=16),
    st.sampled_from(["\\.", "\n\\.\n", "\\N", "NULL", "'); DROP TABLE t;", "$$", "--", "0x41", "x" * 5000]),
)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(nasty, min_size=width, max_size=width), min_size=1, max_size=12)
)
SOMETIMES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _hex(cell: str | None, form: str) -> str:
    return "NULL" if cell is None else form.format(cell.encode().hex())


@pytest.mark.xdist_group("postgres")
@SOMETIMES
@given(tables, st.sampled_from(POSTGRES_OPTIONS), st.integers(5, 200))
def test_any_text_comes_back_from_postgres(
    pg: Postgres, rows: list[list[str | None]], options: list[str], block: int
) -> None:
    values = ["(" + ",".join(_hex(c, "convert_from('\\x{}', 'UTF8')") for c in row) + ")" for row in rows]
    columns = ", ".join(f"c{place} text" for place in range(len(rows[0])))
    pg.load(
        f"DROP TABLE IF EXISTS t; CREATE TABLE t ({columns}); INSERT INTO t VALUES {','.join(values)};".encode()
    )
    truth = pg.tables("postgres")
    assert ordered(truth["public.t"][1], set()) == ordered(rows, set())
    agree(truth, pg_dump, pg.dump("postgres", *options), block)


@pytest.mark.xdist_group("mariadb")
@SOMETIMES
@given(tables, st.sampled_from(MARIADB_OPTIONS), st.integers(5, 200))
def test_any_text_comes_back_from_mariadb(
    my: MariaDb, rows: list[list[str | None]], options: list[str], block: int
) -> None:
    values = ["(" + ",".join(_hex(c, "_utf8mb4 x'{}'") for c in row) + ")" for row in rows]
    columns = ", ".join(f"c{place} longtext" for place in range(len(rows[0])))
    made = f"CREATE TABLE t ({columns}) CHARSET=utf8mb4; INSERT INTO t VALUES {','.join(values)};"
    my.new("any")
    my.load(made.encode(), "any")
    agree(my.tables("any"), mysqldump, my.dump(*options, "any"), block)


@pytest.mark.xdist_group("mariadb")
def test_any_bytes_come_back_from_mariadb(my: MariaDb) -> None:
    made = random.Random(7)
    blobs = [made.randbytes(made.randrange(12)) for _ in range(200)] + [bytes([byte]) for byte in range(256)]
    rows = ",".join(
        f"(x'{blob.hex()}', b'{made.getrandbits(33):b}', {place})" for place, blob in enumerate(blobs)
    )
    my.new("any")
    my.load(f"CREATE TABLE t (b blob, n bit(33), i int); INSERT INTO t VALUES {rows};".encode(), "any")
    truth = my.tables("any")
    for options in ([], ["--hex-blob"], ["--skip-extended-insert"]):
        text = my.dump(*options, "any")
        found, unread = ours(mysqldump, text)
        assert set(unread["t"]) == {"b"}  # some are no text, and come as digits
        assert ordered(found["t"][1], set()) == ordered(truth["t"][1], set())


@needs_shared
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("name", ["pg_part.sql", "pg_schemas.sql"])
def test_the_cases_are_what_postgres_makes_of_them(pg: Postgres, name: str) -> None:
    text = (SHARED / "cases/pg-dump" / name).read_bytes()
    pg.new("script")
    pg.load(b"CREATE SCHEMA archive;", "script")  # the case was cut out of a dump
    pg.load(text, "script")
    agree(pg.tables("script"), pg_dump, text)


@needs_shared
@pytest.mark.xdist_group("mariadb")
def test_the_cases_are_what_mariadb_makes_of_them(my: MariaDb) -> None:
    text = (SHARED / "cases/mysqldump/use2.sql").read_bytes()
    for database in ("mis", "mis_archive"):
        my.new(database)
    my.load(text, "mis")
    found: dict[str, list[Any]] = {}
    for chunk in mysqldump.read(Source("x.sql", lambda: io.BytesIO(text))):
        found.setdefault(chunk.full_name, []).extend(list(row.values()) for row in chunk.cells.to_pylist())
    truth = itertools.chain.from_iterable(
        ((f"{database}.{name}", rows) for name, (_, rows) in my.tables(database).items())
        for database in ("mis", "mis_archive")
    )
    assert found == dict(truth)

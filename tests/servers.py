"""Debian's PostgreSQL and MariaDB on a socket, for tests in which the database that writes dumps is the judge.

A server lives in a folder of its own under a user without rights, and ends with its `with` block.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOBODY = "nobody"
_PATIENCE = 120.0  # seconds, for a server that starts on a busy machine
Rows = list[list[str | None]]


def postgres_folder() -> Path | None:
    """Where Debian puts PostgreSQL's programs; None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def has_mariadb() -> bool:
    """Whether MariaDB's server and its dump program are installed."""
    return all(map(shutil.which, ("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")))


def _as_nobody(words: list[str]) -> list[str]:
    """The command under a user without rights: database servers refuse to be run by root."""
    if os.geteuid():
        return words
    return ["setpriv", f"--reuid={NOBODY}", "--regid=nogroup", "--clear-groups", *words]


@contextlib.contextmanager
def _folder(name: str) -> Iterator[Path]:
    """A folder with a short name (a socket's path may have 100 letters) that the server's user owns."""
    folder = Path(tempfile.mkdtemp(prefix=f"sangam-{name}-", dir="/tmp"))
    try:
        if not os.geteuid():
            shutil.chown(folder, NOBODY, "nogroup")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(words: list[str], text: bytes = b"") -> bytes:
    """What a command prints. Raises AssertionError with its complaint where it fails."""
    done = subprocess.run(words, input=text, capture_output=True, check=False)
    assert done.returncode == 0, f"{words[0]}: {done.stderr.decode('utf-8', 'replace')[-2000:]}"
    return done.stdout


@contextlib.contextmanager
def _running(words: list[str], log: Path, is_up: Any) -> Iterator[None]:
    with log.open("wb") as stream:
        process = subprocess.Popen(words, stdout=stream, stderr=stream)
        try:
            deadline = time.monotonic() + _PATIENCE
            while not is_up():
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-2000:]
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE)


class Postgres:
    """A running server. `base`: the words every client needs."""

    def __init__(self, folder: Path, programs: Path, port: int) -> None:
        self.programs, self.base = programs, ["-h", str(folder), "-p", str(port), "-U", "postgres"]

    def client(self, name: str, *words: str) -> list[str]:
        """The command of one of its programs."""
        return [str(self.programs / name), *self.base, *words]

    def load(self, text: bytes, database: str = "postgres") -> None:
        """Have psql follow a script. Raises AssertionError at its first error."""
        run(self.client("psql", "-qXv", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", database), text)

    def new(self, database: str) -> None:
        """An empty database."""
        self.load(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
        self.load(f"CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING 'UTF8'".encode())

    def dump(self, database: str, *words: str) -> bytes:
        """What pg_dump writes."""
        return run(self.client("pg_dump", *words, database))

    def ask(self, database: str, query: str) -> Any:
        """The one JSON value of a query."""
        words = ("-qXAt", "-d", database, "-c", query)
        return json.loads(run(self.client("psql", *words)) or b"null")

    def tables(self, database: str) -> dict[str, tuple[list[str], Rows]]:
        """Columns and rows of all tables, in the texts that the types' own output functions give."""
        listed = self.ask(database, _POSTGRES_COLUMNS)
        found = {}
        for schema, table, columns in listed or []:
            cells = ", ".join(_postgres_text(name, kind) for name, kind in columns)
            source = f"{_quoted(schema)}.{_quoted(table)}"
            query = f"SELECT coalesce(json_agg(json_build_array({cells})), '[]') FROM {source}"
            rows = self.ask(database, query)
            for place in (place for place, (_, kind) in enumerate(columns) if kind == "bytea"):
                _as_text(rows, place)
            found[f"{schema}.{table}"] = ([name for name, _ in columns], rows)
        return found


_POSTGRES_COLUMNS = """
SELECT json_agg(json_build_array(n.nspname, c.relname, (
    SELECT coalesce(json_agg(json_build_array(a.attname, format_type(a.atttypid, NULL)) ORDER BY a.attnum), '[]')
    FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)))
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def _as_text(rows: Rows, place: int) -> None:
    """A column of bytes as text, where all of it is some."""
    try:
        texts = [None if (cell := row[place]) is None else bytes.fromhex(cell[2:]).decode() for row in rows]
    except UnicodeDecodeError:
        return
    for row, text in zip(rows, texts, strict=True):
        row[place] = text


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _postgres_text(name: str, kind: str) -> str:
    column = _quoted(name)
    return f"CASE WHEN ({column})::{kind} IS NOT NULL OR {column}::text IS NOT NULL THEN format('%s', {column}) END"


@contextlib.contextmanager
def postgres(port: int | None = None) -> Iterator[Postgres]:
    """A PostgreSQL of its own; with a port it listens on 127.0.0.1 as well, and asks for passwords there."""
    programs = postgres_folder()
    assert programs
    with _folder("pg") as folder:
        data = folder / "data"
        make = ["-D", str(data), "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
        who = ["--auth-local=trust", "--auth-host=scram-sha-256"]
        run(_as_nobody([str(programs / "initdb"), *make, *who]))
        words = {"listen_addresses": "127.0.0.1" if port else "", "port": port or 5432}
        words |= {"unix_socket_directories": folder, "fsync": "off"}
        settings = [word for name, value in words.items() for word in ("-c", f"{name}={value}")]
        server = Postgres(folder, programs, port or 5432)
        ready = server.client("pg_isready", "-q")

        def is_up() -> bool:
            return subprocess.run(ready, check=False).returncode == 0

        start = _as_nobody([str(programs / "postgres"), "-D", str(data), *settings])
        with _running(start, folder / "log", is_up):
            yield server


class MariaDb:
    """A running server."""

    def __init__(self, folder: Path) -> None:
        self.base = ["--no-defaults", f"--socket={folder / 'socket'}", "--user=root"]

    def load(self, text: bytes, database: str = "") -> None:
        """Have the client follow a script. Raises AssertionError at its first error."""
        options = ["--default-character-set=utf8mb4", "--binary-mode"]
        run(["mariadb", *self.base, *options, *([database] if database else [])], text)

    def new(self, database: str) -> None:
        """An empty database."""
        self.load(f"DROP DATABASE IF EXISTS `{database}`; CREATE DATABASE `{database}`;".encode())

    def dump(self, *words: str) -> bytes:
        """What mariadb-dump writes."""
        return run(["mariadb-dump", *self.base, *words])

    def ask(self, query: str, zone: str = "+00:00") -> list[list[str]]:
        """The rows of a query whose cells have neither tabs nor line breaks."""
        words = ["--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4"]
        text = f"SET time_zone = '{zone}'; {query}"
        printed = run(["mariadb", *self.base, *words, "-e", text]).decode()
        return [line.split("\t") for line in printed.splitlines()]

    def tables(self, database: str, zone: str = "+00:00") -> dict[str, tuple[list[str], Rows]]:
        """Columns and rows of a database's tables: texts, numbers as they are shown, bytes as Latin-1."""
        listed = self.ask(_MARIADB_COLUMNS.format(database=database))
        tables: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in listed:
            tables.setdefault(_unhex(table), []).append((_unhex(column), kind))
        found = {}
        for table, columns in tables.items():
            cells = ", ".join(_mariadb_hex(name, kind) for name, kind in columns)
            name = table.replace("`", "``")
            rows = self.ask(f"SELECT {cells} FROM `{database}`.`{name}`", zone)
            found[table] = (
                [name for name, _ in columns],
                [[None if cell == "NULL" else _unhex(cell[1:]) for cell in row] for row in rows],
            )
        return found


_MARIADB_COLUMNS = """
SELECT HEX(c.table_name), HEX(c.column_name), c.data_type
FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE table_schema = '{database}' AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
ORDER BY c.table_name, c.ordinal_position
"""
BYTES = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "point", "geometry")


def _mariadb_hex(name: str, kind: str) -> str:
    column = "`" + name.replace("`", "``") + "`"
    text = f"CONVERT({column} USING utf8mb4)"
    if kind in BYTES:
        text = column
    elif kind == "bit":
        text = f"CONVERT({column} + 0 USING utf8mb4)"
    return f"IF({column} IS NULL, 'NULL', CONCAT('x', HEX({text})))"


def _unhex(digits: str) -> str:
    raw = bytes.fromhex(digits)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "0x" + raw.hex().upper()


@contextlib.contextmanager
def mariadb() -> Iterator[MariaDb]:
    """A MariaDB of its own."""
    with _folder("my") as folder:
        data = folder / "data"
        make = [
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]
        run(_as_nobody(["mariadb-install-db", *make]))
        start = [
            "mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={folder / 'socket'}", "--skip-networking",
            f"--pid-file={folder / 'pid'}", "--default-time-zone=+05:30", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=32M", "--event-scheduler=OFF",
        ]  # fmt: skip
        server = MariaDb(folder)

        def is_up() -> bool:
            words = ["mariadb", *server.base, "-e", "SELECT 1"]
            return subprocess.run(words, capture_output=True, check=False).returncode == 0

        with _running(_as_nobody(start), folder / "log", is_up):
            yield server

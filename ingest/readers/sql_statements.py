"""What the statements of a dump that hold no rows do to its tables. One that nobody knows refuses the file.

The statements that dump programs write are listed; rows are left to `mysqldump.py` and `pg_dump.py`.
"""

from __future__ import annotations

import re

from ingest.errors import Refused
from ingest.readers import sql_modes, sql_names
from ingest.readers.dump_tables import Tables
from ingest.readers.sql_splitting import Statement
from ingest.readers.sql_stream import SqlStream
from ingest.readers.sql_tokens import Dialect

_Q = rb"(" + sql_names.QUALIFIED + rb")"
_MANY = sql_names.QUALIFIED + rb"(?:\s*\*)?(?:\s*,\s*" + sql_names.QUALIFIED + rb"(?:\s*\*)?)*"


def _pattern(words: bytes) -> re.Pattern[bytes]:
    return re.compile(words.replace(b" ", rb"\s+"), re.IGNORECASE | re.DOTALL)


_CREATE_TABLE = re.compile(
    rb"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(?:(?:UNLOGGED|FOREIGN)\s+)*TABLE\s+(?P<keep>IF\s+NOT\s+EXISTS\s+)?(?P<name>"
    + sql_names.QUALIFIED
    + rb")\s*(?P<of>PARTITION\s+OF\s+(?P<parent>"
    + sql_names.QUALIFIED
    + rb"))?(?:\(?\s*LIKE\s+(?P<like>"
    + sql_names.QUALIFIED
    + rb"))?",
    re.IGNORECASE,
)
_INHERITS = re.compile(rb"\)\s*INHERITS\s*\(([^)]*)\)", re.IGNORECASE)
_AS_SELECT = re.compile(rb"\b(?:SELECT|VALUES|TABLE)\b", re.IGNORECASE)
_DROP_TABLE = re.compile(
    rb"DROP\s+(?:FOREIGN\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(" + _MANY + rb")\s*(?:CASCADE|RESTRICT)?", re.I
)
_DROP_ALL = re.compile(
    rb"DROP\s+(DATABASE|SCHEMA)\s+(?:IF\s+EXISTS\s+)?(" + _MANY + rb")\s*(?:CASCADE|RESTRICT)?", re.I
)
_TRUNCATE = re.compile(
    rb"TRUNCATE\s+(?:TABLE\s+)?(ONLY\s+)?("
    + _MANY
    + rb")\s*(?:(?:RESTART|CONTINUE)\s+IDENTITY)?\s*(?:CASCADE|RESTRICT)?",
    re.IGNORECASE,
)
_DELETE_ALL = re.compile(rb"DELETE\s+FROM\s+(ONLY\s+)?" + _Q, re.IGNORECASE)
_ALTER = re.compile(
    rb"ALTER\s+(?:FOREIGN\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?" + _Q + rb"(?:\s*\*)?\s+(.*)",
    re.I | re.S,
)
_ATTACH = re.compile(rb"ATTACH\s+PARTITION\s+" + _Q, re.IGNORECASE)
_DETACH = re.compile(rb"DETACH\s+PARTITION\s+" + _Q, re.IGNORECASE)
_INHERIT = re.compile(rb"(NO\s+)?INHERIT\s+" + _Q, re.IGNORECASE)
_SET_DEFAULT = re.compile(rb"ALTER\s+(?:COLUMN\s+)?" + _Q + rb"\s+SET\s+(DEFAULT\b.*)", re.I | re.S)
# What changes no row: keys, owners, storage, defaults of rows to come.
_ALTER_HARMLESS = _pattern(
    rb"(?:ADD (?:CONSTRAINT|PRIMARY|UNIQUE|KEY|INDEX|FULLTEXT|SPATIAL|FOREIGN|CHECK|EXCLUDE)\b"
    rb"|(?:ENABLE|DISABLE) (?:KEYS|TRIGGER|RULE|ROW|REPLICA|ALWAYS)\b|OWNER TO\b|CLUSTER ON\b|REPLICA IDENTITY\b"
    rb"|SET (?:WITHOUT|WITH|LOGGED|UNLOGGED|TABLESPACE|ACCESS)\b|(?:RE)?SET\s*\(|(?:NO )?FORCE ROW\b|VALIDATE\b"
    rb"|DROP (?:CONSTRAINT|INDEX|KEY|PRIMARY KEY|FOREIGN KEY|CHECK)\b|AUTO_INCREMENT\b|ENGINE\b|COMMENT\b"
    rb"|MODIFY\b.*\bAUTO_INCREMENT\b.*|ALTER (?:INDEX|CONSTRAINT)\b"
    rb"|ALTER (?:COLUMN )?\S+ (?:SET (?:NOT NULL|STATISTICS|STORAGE|COMPRESSION|GENERATED|\()|ADD GENERATED"
    rb"|DROP (?:DEFAULT|NOT NULL|IDENTITY)|RESTART|RESET)\b|ALTER (?:COLUMN )?\S+ SET\s*\()"
)
_OBJECTS = (
    rb"(?:AGGREGATE|ACCESS METHOD|CAST|COLLATION|CONVERSION|DEFAULT PRIVILEGES|DOMAIN|EVENT|EVENT TRIGGER|EXTENSION"
    rb"|FOREIGN DATA WRAPPER|FUNCTION|GROUP|INDEX|LANGUAGE|LARGE OBJECT|MATERIALIZED VIEW|OPERATOR|PACKAGE|POLICY"
    rb"|PROCEDURAL LANGUAGE|PROCEDURE|PUBLICATION|ROLE|ROUTINE|RULE|SEQUENCE|SERVER|STATISTICS|SUBSCRIPTION|TABLESPACE"
    rb"|TEXT SEARCH|TRANSFORM|TRIGGER|TYPE|USER|USER MAPPING|VIEW)\b"
)
_QUALITIES = (
    rb"(?:(?:OR REPLACE|UNIQUE|FULLTEXT|SPATIAL|CONSTRAINT|TRUSTED|PROCEDURAL|RECURSIVE|DEFINER\s*=\s*\S+|AGGREGATE"
    rb"|ALGORITHM\s*=\s*\w+|SQL SECURITY \w+|TEMPORARY VIEW|DEFAULT) )*"
)
_HARMLESS = _pattern(
    rb"(?:CREATE "
    + _QUALITIES
    + _OBJECTS
    + rb"|CREATE (?:DATABASE|SCHEMA)\b|DROP "
    + _OBJECTS
    + rb"|ALTER "
    + _OBJECTS
    + rb"|ALTER (?:DATABASE|SCHEMA) .*(?:OWNER TO|CHARACTER SET|COLLATE|\bSET)\b|COMMENT ON\b|SECURITY LABEL\b"
    rb"|GRANT\b|REVOKE\b|ANALYZE\b|VACUUM\b|REINDEX\b|CLUSTER\b|RESET\b|FLUSH\b|CHANGE (?:MASTER|REPLICATION)\b"
    rb"|REFRESH MATERIALIZED VIEW\b|LOCK TABLE\b|DO SETVAL\s*\(|(?:START|STOP) (?:ALL )?(?:SLAVE|REPLICA)S?\b"
    rb"|SELECT (?:pg_catalog\s*\.\s*)?(?:set_config|setval|lo_create|lo_open|lowrite|lo_close|lo_unlink)\s*\()"
)
_RENAMES = re.compile(rb"\b(?:RENAME\s+TO|SET\s+SCHEMA)\b", re.IGNORECASE)
_LOCKS = _pattern(rb"LOCK TABLES .*\b(?:READ|LOCAL|WRITE)\s*")
_BEGIN = _pattern(
    rb"(?:BEGIN(?: (?:WORK|TRANSACTION))?|START TRANSACTION(?: (?:WITH CONSISTENT SNAPSHOT|READ ONLY|READ WRITE))?)"
)
_COMMIT = _pattern(rb"(?:COMMIT|END)(?: (?:WORK|TRANSACTION))?")
_USE = _pattern(rb"USE " + _Q)
_SEARCH_PATH = _pattern(rb"SET (?:SESSION |LOCAL )?search_path(?:\s*=\s*| TO )(.*)")
_SET_CONFIG = _pattern(rb"SELECT (?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'search_path'\s*,\s*'([^']*)'")
_PLAIN_STRINGS = _pattern(
    rb"SET (?:SESSION |LOCAL )?standard_conforming_strings(?:\s*=\s*| TO )'?(?:off|false|0|no)\b.*"
)
# Where the ';' before it is lost, a statement stands within another one.
_LOST = re.compile(
    rb"(?<=\s)(?:INSERT\s+(?:IGNORE\s+)?INTO|REPLACE\s+INTO|COPY\s[^;]{0,999}?\bFROM\s+stdin|DELETE\s+FROM|UPDATE\s+\S+\s+SET"
    rb"|(?:CREATE|DROP|ALTER|TRUNCATE)\s+TABLE(?:\s+ONLY)?)\s"
    rb"|^(?:INSERT|REPLACE|COPY|UPDATE|DELETE|CREATE|DROP|ALTER|TRUNCATE|LOCK|UNLOCK|USE|SET|START|COMMIT|GRANT|REVOKE)\s",
    re.IGNORECASE | re.MULTILINE,
)
_EXPORT = "Export the dump again with pg_dump or mysqldump, as it stands in the database."


def take(statement: Statement, tables: Tables, stream: SqlStream) -> None:
    """Do to `tables` what the statement does. Raises Refused, with the line, for one that can't be followed."""
    bare = statement.bare.strip()
    if not bare:
        return
    if not statement.body and statement.swallowed:
        words = stream.shown(statement.swallowed.split(b"\n")[1])
        raise stream.refused(f"a quote is lost or one too many before '{words}'. {_EXPORT}", statement.line)
    if not statement.body and (lost := _LOST.search(bare, 1)):
        words = stream.shown(bare[lost.start() :])
        raise stream.refused(f"a ';' is lost before '{words}'. {_EXPORT}", statement.line)
    for act in (_set, _table, _place, _ends):
        if act(statement, bare, tables, stream):
            return
    if (_HARMLESS.match(bare) or statement.body) and not (
        _RENAMES.search(bare) and bare[:5].upper() == b"ALTER"
    ):
        return
    raise refusal(statement, stream)


def refusal(statement: Statement, stream: SqlStream) -> Refused:
    """The refusal of a statement that nobody knows, or that changes rows."""
    words = stream.shown(statement.bare.strip())
    if re.match(rb"\s*(?:UPDATE|DELETE|ALTER|MERGE|RENAME|ROLLBACK)\b", statement.bare, re.IGNORECASE):
        return stream.refused(f"'{words}' changes tables or rows of the dump. {_EXPORT}", statement.line)
    return stream.refused(f"nobody here knows the statement '{words}'. {_EXPORT}", statement.line)


def _set(statement: Statement, bare: bytes, tables: Tables, stream: SqlStream) -> bool:
    text = statement.text.strip()
    if config := _SET_CONFIG.match(text):
        tables.path = _path(config.group(1), tables)
        return True
    if not re.match(rb"SET\s", bare, re.IGNORECASE):
        return False
    stream.ends.setting(bare)
    if tables.dialect.is_mysql:
        sql_modes.follow(stream, text[len(b"SET") :])
    if path := _SEARCH_PATH.fullmatch(text):
        tables.path = _path(path.group(1), tables)
    elif _PLAIN_STRINGS.fullmatch(text) and not tables.dialect.is_mysql:
        raise stream.refused(
            "strings with backslashes (standard_conforming_strings off). Export with a newer pg_dump.",
            statement.line,
        )
    return True


def _path(listed: bytes, tables: Tables) -> tuple[str, ...]:
    parts = [part.strip().strip(b"'") for part in listed.split(b",")]
    found = [sql_names.plain_name(part, tables.dialect) for part in parts if part and part != b'""']
    return tuple(name for name in found if name not in ("pg_catalog", "$user", "default")) or ("public",)


def _place(statement: Statement, bare: bytes, tables: Tables, stream: SqlStream) -> bool:
    if not (use := _USE.fullmatch(bare)) or not tables.dialect.is_mysql:
        return False
    tables.database = sql_names.names(use.group(1), tables.dialect)[-1]
    return True


def _ends(statement: Statement, bare: bytes, tables: Tables, stream: SqlStream) -> bool:
    if _BEGIN.fullmatch(bare) or _COMMIT.fullmatch(bare):
        stream.ends.transaction(bool(_BEGIN.fullmatch(bare)))
    elif tables.dialect.is_mysql and _LOCKS.fullmatch(bare):
        stream.ends.locks(True)
    elif tables.dialect.is_mysql and re.fullmatch(rb"UNLOCK\s+TABLES", bare, re.IGNORECASE):
        stream.ends.locks(False)
    else:
        return False
    return True


def _table(statement: Statement, bare: bytes, tables: Tables, stream: SqlStream) -> bool:
    if match := _CREATE_TABLE.match(statement.text.lstrip()):
        return _create(statement, match, tables, stream)
    if dropped := _DROP_TABLE.fullmatch(bare):
        for name in sql_names.listed(dropped.group(1)):
            tables.drop(tables.key(sql_names.names(name, tables.dialect)))
    elif dropped := _DROP_ALL.fullmatch(bare):
        is_schema = dropped.group(1).upper() == b"SCHEMA" and not tables.dialect.is_mysql
        for name in sql_names.listed(dropped.group(2)):
            last = sql_names.names(name, tables.dialect)[-1]
            tables.drop_within((tables.database, last) if is_schema else (last,))
    elif emptied := _TRUNCATE.fullmatch(bare) or _DELETE_ALL.fullmatch(bare):
        for name in sql_names.listed(emptied.group(2)):
            only = bool(emptied.group(1))
            tables.void(tables.key(sql_names.names(name.rstrip(b"* "), tables.dialect)), only)
    elif altered := _ALTER.fullmatch(bare):
        return _alter(altered, statement, tables)
    else:
        return False
    return True


def _create(statement: Statement, match: re.Match[bytes], tables: Tables, stream: SqlStream) -> bool:
    text, dialect = statement.text.lstrip(), tables.dialect
    columns = sql_names.columns_of(text, match.end(), dialect)
    if match["like"]:
        columns = _like(
            statement, tables.columns.get(tables.key(sql_names.names(match["like"], dialect)), []), dialect
        )
    key = tables.key(sql_names.names(match["name"], dialect), creating=True)
    parents = [tables.key(sql_names.names(match["parent"], dialect))] if match["of"] else []
    if match["of"]:
        columns = []
    behind = _after_definitions(statement.bare)
    if (
        _AS_SELECT.search(behind)
        and not match["of"]
        and not re.search(rb"\bPARTITION\b", behind, re.IGNORECASE)
    ):
        raise stream.refused(
            f"table '{key[-1]}' is made from a query; its rows are not in the dump.", statement.line
        )
    if inherits := _INHERITS.search(statement.bare):
        parents += [tables.key(sql_names.names(n, dialect)) for n in sql_names.listed(inherits.group(1))]
    tables.create(key, columns, parents, keep=bool(match["keep"]))
    return True


def _like(statement: Statement, columns: list[sql_names.Column], dialect: Dialect) -> list[sql_names.Column]:
    """The columns of a table that is made like another one; PostgreSQL takes defaults over only where told to."""
    if dialect.is_mysql or re.search(rb"\bINCLUDING\s+(?:ALL|DEFAULTS)\b", statement.bare, re.IGNORECASE):
        return list(columns)
    return [sql_names.Column(column.name, column.kind) for column in columns]


def _after_definitions(bare: bytes) -> bytes:
    """What stands behind the first parenthesis, or behind the name where there is none."""
    depth = 0
    for found in re.finditer(rb"`[^`]*`|\"[^\"]*\"|[()]", bare):
        depth += {b"(": 1, b")": -1}.get(found.group(), 0)
        if found.group() == b")" and depth == 0:
            return bare[found.end() :]
    return bare[12:]


def _alter(match: re.Match[bytes], statement: Statement, tables: Tables) -> bool:
    key = tables.key(sql_names.names(match.group(1), tables.dialect))
    for action in sql_names.listed(match.group(2)):
        if partition := _ATTACH.match(action):
            tables.attach(tables.key(sql_names.names(partition.group(1), tables.dialect)), key)
        elif partition := _DETACH.match(action):
            tables.detach(tables.key(sql_names.names(partition.group(1), tables.dialect)), key)
        elif inherit := _INHERIT.fullmatch(action):
            parent = tables.key(sql_names.names(inherit.group(2), tables.dialect))
            (tables.detach if inherit.group(1) else tables.attach)(key, parent)
        elif default := _SET_DEFAULT.fullmatch(action):
            _set_default(key, default, statement, tables)
        elif not _ALTER_HARMLESS.match(action):
            return False
    return True


def _set_default(key: tuple[str, ...], match: re.Match[bytes], statement: Statement, tables: Tables) -> None:
    name = sql_names.plain_name(match.group(1), tables.dialect)
    clause = statement.text[statement.text.upper().rfind(b"DEFAULT") :]
    tables.columns[key] = [
        sql_names.with_default(column, clause, tables.dialect) if column.name == name else column
        for column in tables.columns.get(key, [])
    ]

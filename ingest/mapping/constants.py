"""Which values an SQL expression of a contract can give, as far as the expression says so itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import duckdb

from ingest.contracts.source import Source

Place = tuple[Any, ...]


@dataclass
class Constants:
    """The values there can be, each with where a look-up declares it, else (); `open`: others may come from records."""

    values: dict[str, Place] = field(default_factory=dict)
    open: bool = False


def constants(connection: duckdb.DuckDBPyConnection, sql: str, source: Source) -> Constants:
    """The constants that an expression gives: alone, as a branch of CASE or coalesce, or by `look_up` and `band`."""
    found = Constants()
    text = connection.execute("SELECT json_serialize_sql(?)", [f"SELECT {sql}"]).fetchall()[0][0]
    parsed = json.loads(text)
    if parsed["error"]:
        return Constants(open=True)
    _gather(parsed["statements"][0]["node"]["select_list"][0], source, found)
    return found


def _gather(node: dict[str, Any], source: Source, found: Constants) -> None:
    match node:
        case {"class": "CONSTANT", "literal": {"kind": "NULL_LITERAL"}}:
            pass
        case {"class": "CONSTANT", "literal": {"kind": "STRING", "text": value}}:
            found.values.setdefault(value, ())
        case {"class": "CASE", "case_checks": branches, "else_expr": other}:
            for inner in (*(branch["then_expr"] for branch in branches), other):
                _gather(inner, source, found)
        case {"type": "OPERATOR_COALESCE", "children": children}:
            for inner in children:
                _gather(inner, source, found)
        case {"class": "CAST", "child": inner}:
            _gather(inner, source, found)
        case {"class": "FUNCTION", "function_name": "look_up" | "band" as function, "arguments": [which, _]}:
            name = which["expression"].get("literal", {}).get("text", "")
            _declared(function, name, source, found)
        case _:
            found.open = True


def _declared(function: str, name: str, source: Source, found: Constants) -> None:
    """The codes of a look-up, or of a score's bands."""
    if function == "look_up":
        for key, code in source.look_ups.get(name, {}).items():
            found.values.setdefault(code, ("look_ups", name, key))
    for number, band in enumerate(source.bands.get(name, ()) if function == "band" else ()):
        found.values.setdefault(band.code, ("bands", name, number))

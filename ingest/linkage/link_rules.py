"""Deterministic rules: pairs of records that agree in what a contract's rule names.

Which pairs may join which, and what a rule's place in the order means, is the business of `clusters` and `attach`.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from ingest.contracts.linkage import Linkage, LinkRule
from ingest.sql import render

_LARGEST = 50  # records with one value of a rule's columns; more share a filler, not an identity
_KEY = {"name": "name_key[1]", "relative_name": "relative_key[1]", "group_ids": "unnest(group_ids)"}


def title(rule: LinkRule) -> str:
    """What the crosswalk calls a rule."""
    return "+".join(rule.same)


def _same_name(column: str) -> str:
    """Any form in common, close, or all words of the one among the other's."""
    pairs = [f"list_has_any(a.{column}_{form}, b.{column}_{form})" for form in ("plain", "key", "bones")]
    words = [f"string_split({row}.{column}_key[1], ' ')" for row in ("a", "b")]
    part = f"list_has_all({words[0]}, {words[1]}) OR list_has_all({words[1]}, {words[0]})"
    return f"({' OR '.join(pairs)} OR names_closest(a.{column}_key, b.{column}_key) >= 0.92 OR {part})"


def agree(column: str) -> str:
    """SQL: rows a and b agree in a column of an identity; names by any form."""
    if column == "name":
        return _same_name("name")
    if column == "relative_name":
        return _same_name("relative")
    if column == "group_ids":
        return "list_has_any(a.group_ids, b.group_ids)"
    if column == "official_id":
        return "(a.official_kind = b.official_kind AND a.official_id = b.official_id)"
    return f"a.{column} = b.{column}"


def tell_apart(linkage: Linkage) -> str:
    """SQL: rows a and b cannot be one, by the columns that tell entities apart."""
    tests = ["false"]
    for column in linkage.distinct:
        kind = "a.official_kind = b.official_kind AND " if column == "official_id" else ""
        tests.append(f"coalesce({kind}a.{column} <> b.{column}, false)")
    return f"({' OR '.join(tests)})"


def _key(rule: LinkRule) -> dict[str, str]:
    """What the templates need of the values that a rule wants to be the same."""
    columns = [*rule.same, *(["official_kind"] if "official_id" in rule.same else [])]
    return {
        "key_columns": ", ".join(f"{_KEY.get(column, column)} as k{i}" for i, column in enumerate(columns)),
        "names": ", ".join(f"k{i}" for i in range(len(columns))),
        "all_filled": " and ".join(f"k{i} is not null" for i in range(len(columns))),
    }


def _beside(rule: LinkRule) -> str:
    if not rule.ways:
        return "true"
    return "(" + " OR ".join(" AND ".join(agree(column) for column in columns) for columns in rule.ways) + ")"


def register_pairs(
    connection: duckdb.DuckDBPyConnection, rule: LinkRule, labels: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs (l, r) of the register's records that the rule makes one, and pairs that only half agree.

    `labels`: columns row, label (the cluster so far). A value that many clusters share is nobody's and makes no pair.
    """
    key = _key(rule)
    connection.register("labels", labels)
    frame = connection.execute(
        render(
            __file__,
            "register_pairs.sql",
            **key,
            standing_row="row" if rule.ways else "min(row)",
            grouping="" if rule.ways else f" group by {key['names']}, label",
            largest=_LARGEST,
            holds=_beside(rule),
        )
    ).df()
    connection.unregister("labels")
    return _split(frame)


def record_pairs(
    connection: duckdb.DuckDBPyConnection, rule: LinkRule, linkage: Linkage, open_records: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs (l of the register, r of another source) that the rule makes one, and pairs that only half agree.

    `open_records`: column row, the records still looked for. A pair whose other columns contradict agrees by half.
    """
    connection.register("open_records", open_records)
    holds = f"{_beside(rule)} and not {tell_apart(linkage)}"
    frame = connection.execute(render(__file__, "record_pairs.sql", **_key(rule), holds=holds)).df()
    connection.unregister("open_records")
    return _split(frame)


def _split(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    holds = frame["holds"].fillna(False).astype(bool)
    pairs = frame[["l", "r"]].assign(weight=float("nan"), levels="")
    return pairs[holds].reset_index(drop=True), pairs[~holds].reset_index(drop=True)

"""Similarity of pairs by Splink on DuckDB: candidate pairs, match weights, comparison levels.

Parameters are in `model`; what follows from a weight is decided in `clusters` and `attach`.
"""

from __future__ import annotations

import logging
from functools import reduce

import duckdb
import pandas as pd

from ingest.contracts.linkage import Linkage
from ingest.linkage.comparisons import COMPARISONS, FREQUENCIES, at_least, label, splink_comparison, weights
from ingest.sql import render

# How a column takes part in choosing candidate pairs; lists are exploded, all else must be equal.
_BLOCK = {"name": "name_block", "relative_name": "relative_block", "group_ids": "group_ids"}
_NONE = ["l", "r", "weight", "levels", "may_link"]
# For frequencies: a value that two different companions have may be one person's in two spellings; records added.
_SPARED = 2
_ADDED = 1000


def _blocking_rule(columns: tuple[str, ...], pairs: str) -> dict[str, object]:
    names = [_BLOCK.get(column, column) for column in columns]
    equal = " AND ".join(f"l.{name} = r.{name}" for name in names)
    rule: dict[str, object] = {"blocking_rule": f"{equal} AND {pairs}", "sql_dialect": "duckdb"}
    if "group_ids" in names:
        rule["arrays_to_explode"] = ["group_ids"]
    return rule


def score(
    connection: duckdb.DuckDBPyConnection, select: str, linkage: Linkage, *, within_register: bool
) -> pd.DataFrame:
    """Pairs of the selected records with match weight and comparison levels, those that are worth a look.

    `select`: rows of `identity`; `within_register`: pairs of two records of the register, else of one of the register
    and one of another source. Gives columns l, r (row numbers; r is the later one), weight, levels, may_link (whether
    they agree in what the contract asks for). The weight of two records depends on these two, and on how common in
    the register the values are that they share.
    """
    connection.execute(f"create or replace table to_compare as {select}")
    rows = connection.execute(
        "select count(*), count(*) filter (in_register), count(*) filter (not in_register) from to_compare"
    ).fetchall()[0]
    if not linkage.compare or rows[0] < 2 or not rows[1] or not (within_register or rows[2]):
        return pd.DataFrame({name: [] for name in _NONE})

    # Here: a run without anything to compare pays nothing.
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    pairs = "l.in_register AND r.in_register" if within_register else "l.in_register <> r.in_register"
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row",
        comparisons=[splink_comparison(name) for name in linkage.compare],
        blocking_rules_to_generate_predictions=[_blocking_rule(c, pairs) for c in linkage.candidates],
        probability_two_random_records_match=linkage.prior,
        retain_matching_columns=True,  # the levels come with them only
        retain_intermediate_calculation_columns=True,
    )
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("to_compare"), settings, log_level=logging.ERROR)
    for name in [name for name in linkage.compare if name in FREQUENCIES]:
        table = _frequencies(connection, name, is_whole=linkage.deduplicate)
        linker.table_management.register_term_frequency_lookup(api.register(table), FREQUENCIES[name].column)
    predicted = linker.inference.predict(
        threshold_match_weight=linkage.review_from, warning_mode="never"
    ).as_pandas_dataframe()
    return _tidy(predicted, linkage)


def _frequencies(connection: duckdb.DuckDBPyConnection, name: str, *, is_whole: bool) -> str:
    """Make the table of how common a comparison's values are; its name. Of a register in part, nothing is known."""
    frequency, table = FREQUENCIES[name], f"frequency_of_{name}"
    select = render(
        __file__,
        "frequencies.sql",
        name=table,
        term=frequency.column,
        frequency=f"tf_{frequency.column}",
        companion=frequency.companion or "row",
        u=weights()[name]["same"].u,
        spared=_SPARED if frequency.companion else 0,
        added=_ADDED,
    )
    connection.execute(select)
    if not is_whole:
        connection.execute(f"DELETE FROM {table}")
    return table


def _tidy(predicted: pd.DataFrame, linkage: Linkage) -> pd.DataFrame:
    ends = predicted[["row_l", "row_r"]]
    pairs = pd.DataFrame(
        {"l": ends.min(axis=1), "r": ends.max(axis=1), "weight": predicted["match_weight"].round(6)}
    )
    names = {
        name: {gamma: label(name, gamma) for gamma in range(-1, len(COMPARISONS[name]))}
        for name in linkage.compare
    }
    texts = [name + ": " + predicted[f"gamma_{name}"].map(names[name]) for name in linkage.compare]
    pairs["levels"] = reduce(lambda text, more: text + "; " + more, texts)
    asked = [predicted[f"gamma_{n}"] >= at_least(n, level) for n, level in linkage.at_least.items()]
    pairs["may_link"] = reduce(lambda one, other: one & other, asked, predicted["row_l"].notna())
    return pairs.sort_values(["l", "r"], ignore_index=True)

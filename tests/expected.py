"""Comparison with expected results: files of answers worked out elsewhere, never by the code under test."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingest.deliveries.receipt import Receipt

FileKey = tuple[str, str, str, str]  # region, source, quarter ('' for reference tables), file name
Found = dict[tuple[str, str, str], set[str]]  # (table, key, record) → reasons or warnings
COUNTED = ("read", "accepted", "quarantined", "by_reason", "warnings")
TOLERANCES = {"value": 1e-9, "numerator": 1e-9, "denominator": 1e-9, "n": 0.0, "df": 0.0} | dict.fromkeys(
    ("se", "ci_low", "ci_high", "deff"), 1e-6
)


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file by column name."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def expected_files(expected: Path, region: str, source: str) -> dict[FileKey, dict[str, Any]]:
    """What is expected of a source's files."""
    entries = json.loads((expected / "records.json").read_text(encoding="utf-8"))
    return {
        (e["region"], e["source"], e["quarter"], e["file"]): e
        for e in entries
        if (e["region"], e["source"]) == (region, source)
    }


def _expected_records(expected: Path, layer: str, column: str) -> dict[FileKey, Found]:
    found: dict[FileKey, Found] = defaultdict(dict)
    for row in csv_rows(expected / f"{layer}.csv"):
        file = (row["region"], row["source"], row["quarter"], row["file"])
        # One expected key ends in the non-breaking space of its cell; keys are compared with white space folded.
        place = (row["table"], " ".join(row["key"].split()), row["row"])
        found[file].setdefault(place, set()).update(row[column].split("|"))
    return found


def _written_records(home: Path, receipt: Receipt, layer: str, column: str) -> Found:
    path = home.joinpath(
        "lake", layer, f"region={receipt.region}", f"source={receipt.source}",
        f"quarter={receipt.quarter}", f"{receipt.sha256[:16]}.parquet",
    )  # fmt: skip
    rows = duckdb.sql(
        f"SELECT \"table\", key, coalesce(CAST(record AS VARCHAR), ''), {column} "
        f"FROM read_parquet('{path}', hive_partitioning = false)"
    ).fetchall()
    found: Found = {}
    for table, key, record, codes in rows:
        found.setdefault((table, key, record), set()).update(codes if isinstance(codes, list) else [codes])
    return found


def differences(
    home: Path, receipts: Iterable[Receipt], expected: Path, region: str, source: str
) -> list[str]:
    """Where receipts, quarantine and warnings of a source differ from what is expected, a line each."""
    files = expected_files(expected, region, source)
    quarantine = _expected_records(expected, "quarantine", "reasons")
    flagged = _expected_records(expected, "warnings", "warnings")
    lines: list[str] = []
    seen = set()
    for receipt in receipts:
        key = (region, source, receipt.quarter.strip("_"), receipt.file)
        seen.add(key)
        if key not in files:
            lines.append(f"{receipt.path}: nothing is expected of this file")
            continue
        lines += [f"{receipt.path}: {line}" for line in _of_file(receipt, files[key])]
        if not receipt.refused:
            for layer, column, wanted in (
                ("quarantine", "reasons", quarantine),
                ("warnings", "warning", flagged),
            ):
                written = _written_records(home, receipt, layer, column)
                lines += [
                    f"{receipt.path}, {layer} {place}: {written.get(place)}, expected {wanted[key].get(place)}"
                    for place in sorted(written.keys() | wanted[key].keys())
                    if written.get(place) != wanted[key].get(place)
                ]
    return [*lines, *(f"{'/'.join(key)}: was not taken in" for key in sorted(files.keys() - seen))]


def _of_file(receipt: Receipt, wanted: dict[str, Any]) -> list[str]:
    lines = []
    if receipt.refused != wanted["refused"]:
        lines.append(f"refused as {receipt.refused} ({receipt.message}), expected {wanted['refused']}")
    if (receipt.status == "superseded") != wanted["superseded"]:
        lines.append(f"is {receipt.status}, expected superseded: {wanted['superseded']}")
    for table in sorted(receipt.tables.keys() | wanted["tables"].keys()):
        is_of = receipt.tables[table].model_dump() if table in receipt.tables else {}
        should = wanted["tables"].get(table, {})
        lines += [
            f"table {table}, {word}: {is_of.get(word)}, expected {should.get(word)}"
            for word in COUNTED
            if is_of.get(word) != should.get(word)
        ]
    return lines


def is_close(found: Any, wanted: str, tolerance: float) -> bool:
    """Whether a number is the expected one; an empty expectation means none."""
    if found is None or wanted == "":
        return found is None and wanted == ""
    return abs(float(found) - float(wanted)) <= tolerance * max(1.0, abs(float(wanted)))


def _not_reported(
    found: dict[tuple[str, ...], dict[str, Any]], key: tuple[str, ...], row: dict[str, str]
) -> Any:
    """The row of a value that is not reported: the expectations leave its over_time and currency out here and there."""
    if row["state"] != "not_reported":
        return None
    near = [
        own
        for there, own in found.items()
        if there[:4] == key[:4]
        and there[5:7] == key[5:7]
        and all(not wanted or wanted == has for wanted, has in ((key[4], there[4]), (key[7], there[7])))
    ]
    return near[0] if near else None


def indicator_differences(
    warehouse: Path, expected: Path, donor: str, quarters: Iterable[str]
) -> tuple[int, list[str]]:
    """How many indicator rows are expected of a donor's quarters, and where the marts differ from them."""
    names = ("donor", "indicator", "quarter", "region", "over_time", "dimension", "category")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        result = connection.execute("SELECT * FROM marts.indicator_values WHERE donor = ?", [donor])
        columns = [c[0] for c in result.description]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    found = {(*(row[name] for name in names), row["currency"] or ""): row for row in rows}
    wanted_quarters, lines, count = set(quarters), [], 0
    for row in csv_rows(expected / "indicators.csv"):
        if row["donor"] != donor or row["quarter"] not in wanted_quarters:
            continue
        count += 1
        row |= {name: row[name] or "all" for name in ("dimension", "category")}
        key = (*(row[name] for name in names), row["currency"])
        own = found.get(key) or _not_reported(found, key, row)
        if own is None:
            lines.append(f"{key} is not in the marts")
            continue
        tolerance = float(row["tolerance"] or 0)
        wrong = [
            f"{column} {own[column]} instead of {row[column]}"
            for column, least in TOLERANCES.items()
            if not is_close(own[column], row[column], max(tolerance, least))
        ]
        wrong += [
            f"{c} {own[c]} instead of {row[c]}" for c in ("state", "unit") if row[c] and own[c] != row[c]
        ]
        lines += [f"{key}: {'; '.join(wrong)}"] if wrong else []
    return count, lines

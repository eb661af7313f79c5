"""The results of an IATI activity: level, indicator, baseline, the quarter with target and actual values.

An `actual` needs a number (validator of IATI, rule 8.10.1), so a value that is withheld, unreliable, not reported or
not applicable has none; the indicator's description says which these are.
"""

import datetime as dt
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pyarrow as pa
from lxml import etree

from ingest.deliveries.delivery import quarter_end
from orchestration.releases.content import Content
from orchestration.releases.rounding import rounded_texts
from orchestration.releases.words import WITHHELD
from orchestration.releases.xml_file import child

Row = dict[str, Any]
LEVELS = {"impact": "3", "outcome": "2", "output": "1"}  # code list ResultType; in the order of the file
OTHER_LEVEL = "9"
MEASURES = {
    "percent": "2",
    "score": "4",
}  # code list IndicatorMeasure: percentage, ordinal; all else is a unit
UNIT = "1"
OWN_VOCABULARY = "99"  # code list IndicatorVocabulary: the reporting organisation's
# IATI has no element for how periods go together: its guidance asks for words.
OVER_TIME = {
    "in_quarter": "Stated for the quarter alone.",
    "cumulative": "Cumulative: the latest period holds all before it; periods must not be added up.",
    "as_at": "As at the last day of the quarter; periods must not be added up.",
    "round": "Of the latest survey round up to the quarter; periods must not be added up.",
    "cohort": "Of the cohort that the quarter completes; periods must not be added up.",
}
ABSENT = {
    "unreliable": "Unreliable, because it rests on too few unweighted cases",
    "suppressed": f"Withheld, because {WITHHELD}",
    "not_reported": "Not reported, which is not zero",
    "not_applicable": "Not applicable, because nobody and nothing was in the population",
}


def add_results(activity: etree._Element, content: Content, values: pa.Table) -> None:
    """Add a `result` for each level with its indicators; `values` are the content's with status and release added."""
    known = {row["indicator"]: row for row in content.definitions.to_pylist()}
    rows = rounded_texts(values).to_pylist()
    several = len({row["region"] for row in rows}) > 1
    for row in rows:
        row["level"] = (known.get(row["indicator"], {}).get("level") or "other").lower()
        row["dimensions"] = _dimensions(row, several)
    order = [*LEVELS, *sorted({row["level"] for row in rows} - set(LEVELS))]
    for level in order:
        of_level = sorted((row for row in rows if row["level"] == level), key=_totals_first)
        if not of_level:
            continue
        result = child(activity, "result", type=LEVELS.get(level, OTHER_LEVEL))
        _narrative(result, "title", f"{level.capitalize()} indicators")
        for key, group in groupby(of_level, _indicator):
            _add_indicator(result, known.get(key[0], {}), list(group), content.quarter)


def first_day(quarter: str) -> dt.date:
    """Return the first day of a calendar quarter such as 2021Q2."""
    return dt.date(int(quarter[:4]), 3 * int(quarter[5]) - 2, 1)


def _indicator(row: Row) -> tuple[str, str, str]:
    """An indicator stated in two ways over time, or in two currencies, is two for IATI: a period has one target."""
    return row["indicator"], row["over_time"] or "", row["currency"] or ""


def _totals_first(row: Row) -> tuple[tuple[str, str, str], int]:
    return _indicator(row), len(row["dimensions"])


def _dimensions(row: Row, several: bool) -> list[tuple[str, str]]:
    """What tells a value from the total; the region is told where there are several, `all` is all of them."""
    region = [("region", row["region"])] if several and row["region"] not in (None, "all") else []
    is_total = row["dimension"] in (None, "all")
    return region if is_total else [*region, (row["dimension"], row["category"] or "")]


def _add_indicator(result: etree._Element, definition: Row, rows: list[Row], quarter: str) -> None:
    first = rows[0]
    direction = definition.get("direction")
    made = child(
        result,
        "indicator",
        measure=MEASURES.get(first["unit"], UNIT),
        ascending=None if direction is None else str(direction == "higher").lower(),
        aggregation_status=str(
            definition.get("kind") == "sum" and first["over_time"] == "in_quarter"
        ).lower(),
    )
    _narrative(made, "title", _title(definition, first))
    _narrative(made, "description", _description(definition, rows))
    child(made, "reference", vocabulary=OWN_VOCABULARY, code=first["indicator"])
    for row in rows:
        year = re.search(r"(?:19|20)\d\d", row["baseline_period"] or "")
        if row["baseline"] is not None and year:
            baseline = child(made, "baseline", year=year[0], value=row["baseline"])
            _add_dimensions(baseline, row)
            _narrative(baseline, "comment", f"Baseline of {row['baseline_period']}.")
    period = child(made, "period")
    child(period, "period-start", iso_date=first_day(quarter).isoformat())
    child(period, "period-end", iso_date=quarter_end(quarter).date().isoformat())
    for row in rows:
        if row["target"] is not None:
            _add_dimensions(child(period, "target", value=row["target"]), row)
    for row in rows:
        if row["value"] is not None:
            actual = child(period, "actual", value=row["value"])
            _add_dimensions(actual, row)
            if comment := _comment(row, quarter):
                _narrative(actual, "comment", comment)


def _title(definition: Row, row: Row) -> str:
    stated = ", ".join(filter(None, ((row["over_time"] or "").replace("_", " "), row["currency"])))
    name = definition.get("name") or row["indicator"]
    return f"{name} ({stated})" if stated else name


def _description(definition: Row, rows: list[Row]) -> str:
    """What is counted, how periods go together, which baseline has no year, and the values that have no number."""
    parts = [
        definition.get("description"),
        *(
            f"{word}: {definition[key]}"
            for word, key in (
                ("Numerator", "numerator_definition"),
                ("Denominator", "denominator_definition"),
            )
            if definition.get(key)
        ),
        OVER_TIME.get(rows[0]["over_time"]),
        *(f"Baseline {row['baseline']}, of a time that is not stated." for row in rows if _is_undated(row)),
        *_absent(rows),
    ]
    return " ".join(part.strip() for part in parts if part) or rows[0]["indicator"]


def _is_undated(row: Row) -> bool:
    return row["baseline"] is not None and not re.search(r"(?:19|20)\d\d", row["baseline_period"] or "")


def _absent(rows: list[Row]) -> Iterable[str]:
    """A sentence for each state that has no number: which values, and why."""
    for state, words in ABSENT.items():
        found = [row for row in rows if row["value"] is None and (row["state"] or "not_reported") == state]
        if found:
            which = "; ".join(
                " ".join(f"{name} {value}" for name, value in row["dimensions"]) or "total" for row in found
            )
            reasons = " ".join(dict.fromkeys(row["reason"].strip() for row in found if row["reason"]))
            yield f"{words}: {which}.{f' {reasons}' if reasons else ''}"


def _comment(row: Row, quarter: str) -> str:
    before = f" It was {row['predecessor_value']}." if row["predecessor_value"] is not None else ""
    parts = [
        f"Of {row['period']}." if row["period"] and row["period"] != quarter else None,
        f"Restated: {row['change_reason'] or 'recomputed'}.{before}" if row["status"] == "restated" else None,
        "Provisional." if row["status"] == "provisional" else None,
        row["reason"],
        row["note"],
    ]
    return " ".join(part.strip() for part in parts if part)


def _add_dimensions(element: etree._Element, row: Row) -> None:
    for name, value in row["dimensions"]:
        child(element, "dimension", name=name, value=value)


def _narrative(parent: etree._Element, name: str, text: str) -> None:
    child(child(parent, name), "narrative", text)

"""What stands behind the values, as rows for people: changes, definitions, deliveries, notes on quality.

Beside `rows`; what workbook and report have in common. No file format is known here.
"""

from itertools import groupby
from typing import Any

from orchestration.releases.changes import Change
from orchestration.releases.content import Content
from orchestration.releases.figures import figure
from orchestration.releases.header import Header
from orchestration.releases.rows import TOTAL, Row, level_order, moved_text
from orchestration.releases.words import NOT_TOLD, STATES, WITHHELD, period, period_order, written_out

# What of a value differs, in words.
COLUMNS = {
    "ci_low": "95 % from", "ci_high": "95 % to", "se": "standard error", "deff": "design effect", "n": "n",
    "df": "degrees of freedom", "period": "quarter it is of",
}  # fmt: skip

STATE_TEXTS = (
    ("reported", "The value was computed from records delivered for the quarter. Zero is a reported value."),
    ("not reported", "A delivery or an exchange rate that it needs has not arrived. It is not zero."),
    ("not applicable", "Nobody and nothing was in the population, so there is no value to state."),
    ("unreliable", "Not shown because it rests on too few unweighted cases of a survey; n says how many."),
    ("withheld", f"Not shown because {WITHHELD}."),
)
READING = (
    ("Status", "final: first published here. provisional: so too, while deliveries were missing. "
               "restated: differs from the release before; see the changes."),
    ("Achieved", "(value - baseline) / (target - baseline); none where target and baseline are equal."),
    ("Light", "Green, amber and red say how far the value is on the way from baseline to target."),
    ("95 % interval", "Survey estimates only: with it come standard error, design effect and unweighted n."),
    ("(12.3 %)", "In brackets: a survey estimate that rests on few unweighted cases, to be read with caution."),
    ("Rounding", "Percent to 1 decimal, money to 2, counts whole. Large sums are shortened to millions or billions; "
                 "the workbook's sheets of the result levels show them in full. indicators.parquet holds the unrounded "
                 "values; all computing was done with those."),
    ("n", "Of a survey, the unweighted cases that an estimate rests on; elsewhere the units or records that it is made "
          "of, as the indicator's method says."),
    ("Categories", "Rows under an indicator's total are its breakdowns. Categories may overlap, and persons are "
                   "counted once in each total: categories need not add up to it."),
)  # fmt: skip


def signed(header: Header) -> str:
    """Return when the release was signed off: `2021-07-20 09:15:00 UTC`."""
    return header.approved_at.replace("T", " ").replace("Z", " UTC")


def change_rows(content: Content, header: Header) -> list[Row]:
    """Return what differs from the release before: indicator, name, region, place, was, is, differs, reason."""
    known = {row["indicator"]: row for row in content.definitions.to_pylist()}
    return [_change_row(change, known.get(change.indicator, {}), content) for change in header.changes]


def definition_rows(content: Content) -> list[Row]:
    """Return the reference sheets, one an indicator, by result level: the columns of the definitions in words."""
    words = content.words
    currencies: dict[str, set[str]] = {}
    for value in content.values.select(["indicator", "currency"]).to_pylist():
        currencies.setdefault(value["indicator"], set()).update(filter(None, [value["currency"]]))
    rows = []
    known = sorted(content.definitions.to_pylist(), key=lambda row: str(row["indicator"]))
    for code, group in groupby(known, lambda row: row["indicator"]):
        of = sorted(group, key=lambda row: period_order(row["over_time"] or ""))
        row = of[0]
        dimensions = [part.strip() for part in (row["disaggregations"] or "").split(",") if part.strip()]
        rows.append(
            row
            | {
                "level": (row["level"] or "other").lower(),
                "over_time": ", and ".join(period(one["over_time"]) for one in of),
                "unit": ", ".join(sorted(currencies.get(code) or {words.unit_name(row["unit"] or "")})),
                "disaggregations": ", ".join(words.dimension(one) for one in dimensions),
            }
        )
    return sorted(rows, key=lambda row: (level_order(row["level"]), row["indicator"]))


def drop_rows(content: Content) -> list[Row]:
    """Return the deliveries behind the values, with the titles of region and source."""
    words = content.words
    return [
        {
            **drop,
            "region": "Reference tables" if drop["region"] == "_reference" else words.region(drop["region"]),
            "source": words.source(drop["region"], drop["source"]),
            "quarter": drop["quarter"].strip("_") or None,
        }
        for drop in content.drops.to_pylist()
    ]


def quality_rows(content: Content, rows: list[Row]) -> list[Row]:
    """Return what is to be known of the data: for each note the indicator, its name, where, and the text.

    Numbers that the list passes over, values that are missing or withheld, records left out, rounds not taken,
    categories that are not known, and achievements that cannot be stated.
    """
    notes: dict[tuple[str, str], list[str]] = {}
    names = {row["indicator"]: row["name"] for row in rows}
    several = len({row["region"] for row in rows}) > 1
    for row in rows:
        for text in filter(None, (row["note"], _no_achievement(row), _withheld(row))):
            notes.setdefault((row["indicator"], text), []).append(_where(row, several))
    told = [
        {"indicator": code, "name": names[code], "where": _few(places), "text": text}
        for (code, text), places in notes.items()
    ]
    passed_over = [
        {"indicator": code, "name": "Not computed", "where": "", "text": text}
        for code, text in content.words.not_computed.items()
    ]
    return sorted([*told, *passed_over], key=lambda note: note["indicator"])


def _change_row(change: Change, definition: dict[str, Any], content: Content) -> Row:
    words = content.words
    unit = definition.get("unit") or ""
    shown = {
        "currency": change.currency,
        "unit": unit,
        "places": {"value": 1 if unit == "percent" else 2},
    }
    is_total = (change.dimension or "all") == "all"
    place = "" if is_total else f"{words.dimension(change.dimension or '')}: "
    was = _told({**shown, "value": change.old_value, "state": change.old_state}, content)
    return {
        "indicator": change.indicator,
        "name": definition.get("name") or change.indicator,
        "region": words.region(change.region),
        "over_time": period(change.over_time),
        "place": TOTAL if is_total else place + words.category(change.dimension or "", change.category or ""),
        # what is withheld from now on is not told again
        "was": "stated" if change.old_state == "reported" and change.new_state in NOT_TOLD else was,
        "is": _told({**shown, "value": change.new_value, "state": change.new_state}, content),
        "differs": _differs(change),
        "reason": change.reason,
    }


def _differs(change: Change) -> str:
    """Return what differs; of what readers go by beside the value, from what to what."""
    moved = {one.column: one for one in change.moved if one.column not in ("value", "state")}
    return ", ".join(
        f"{written_out(name).lower()} from {moved_text(name, moved[name].old)} to {moved_text(name, moved[name].new)}"
        if name in moved
        else COLUMNS.get(name) or written_out(name).lower()
        for name in change.columns
    )


def _told(row: Row, content: Content) -> str:
    return "not stated" if row["state"] is None else figure(row, content.words)


def _where(row: Row, several: bool) -> str:
    """Return what a note is of; the region where there are several."""
    of = f"{row['by']}: {row['category']}" if row["by"] else TOTAL
    return f"{row['region']}, {of}" if several else of


def _few(places: list[str]) -> str:
    """Return where a note holds; of more than three places their number and the first."""
    return "; ".join(places) if len(places) <= 3 else f"{places[0]} and {len(places) - 1} more"


def _no_achievement(row: Row) -> str | None:
    if row["target"] is None or row["achievement"] is not None or row["value"] is None:
        return None
    if row["baseline"] is None:
        return "No achievement is stated, since no baseline has been delivered."
    return "No achievement is stated, since the target equals the baseline."


def _withheld(row: Row) -> str | None:
    """Return why a value is withheld, where it does not say so itself."""
    if row["state"] != "suppressed" or row["note"]:
        return None
    return f"{STATES['suppressed'].capitalize()}: {WITHHELD}."

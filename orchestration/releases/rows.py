"""The values of a release as rows for people: rounded, in reading order, with words in the place of codes.

What workbook and report have in common. No file format is known here.
"""

from collections import Counter
from typing import Any

import pyarrow as pa

from orchestration.releases.changes import Change
from orchestration.releases.content import KEY, Content
from orchestration.releases.figures import figure, plain, share
from orchestration.releases.header import Header
from orchestration.releases.rounding import decimals, rounded_numbers
from orchestration.releases.words import NOT_TOLD, STATES, UNKNOWN, Words, period, period_order

LEVELS = ("impact", "outcome", "output")
TOTAL = "total"
Row = dict[str, Any]


def value_rows(content: Content, header: Header, values: pa.Table) -> list[Row]:
    """Return the values as rows, each indicator's total before its categories in the order of the logframe.

    A row has the columns of the values, with words for `region`, `over_time`, `by` and `category` (the codes stay in
    `key`). Beside them: `is_together` (of all regions), `level`, `name`, `title` (totals only), `line` (title or
    category), `label` (a name that no other total has), `short` (that without region and period), `places` (decimals),
    `shown` (value with unit), `target_shown`, `achieved`, `unit_name`, `value_unit`, `last` (the quarter before), `was`
    and `note`.
    """
    words = content.words
    known = {row["indicator"]: row for row in content.definitions.to_pylist()}
    changed = {_key(vars(change)): change for change in header.changes}
    before = {_key(row): row for row in _previous_rows(content)}
    rows = rounded_rows(values)
    for row in rows:
        row["key"] = _key(row)
        row["is_together"] = row["region"] == words.together
        row["shown"] = figure(row, words)
    totals = [row for row in rows if row["dimension"] == "all"]
    for row in rows:
        definition = known.get(row["indicator"], {})
        row["level"] = (definition.get("level") or "other").lower()
        row["name"] = definition.get("name") or row["indicator"]
        row["title"] = row["name"] if row["dimension"] == "all" else None
        row["target_shown"] = figure(row, words, "target")
        row["achieved"] = share(row["achievement"])
        row["last"] = before.get(row["key"])
        row["was"] = _was(row, changed.get(row["key"]), words)
        row |= _place(row, content)
        row["line"] = row["title"] or row["category"]
        row["note"] = _note(row, totals, content)
        row["label"] = _label(row, totals, content)
        row["short"] = _label(row, totals, content, False)
        row["over_time"] = period(row["over_time"])
        row["region"] = words.region(row["region"])
        # categories come from their total's deliveries, all regions together from those of each
        is_told = row["title"] and not row["is_together"]
        row["drops"] = words.deliveries(row["drops"] or "") if is_told else None
        row["unit_name"] = row["currency"] or words.unit_name(row["unit"])
        # none beside the word withheld
        row["value_unit"] = None if row["value"] is None else row["currency"] or _unit_of(row, words)
    return sorted(rows, key=lambda row: _reading_order(row, content))


def front_rows(rows: list[Row]) -> list[Row]:
    """Return the totals that stand for the donor: of all regions together, or of each where there is none."""
    totals = [row for row in rows if row["by"] is None]
    together = {row["indicator"] for row in totals if row["is_together"]}
    chosen = [row for row in totals if row["is_together"] or row["indicator"] not in together]
    return sorted(chosen, key=lambda row: level_order(row["level"]))


def round_rows(content: Content) -> list[Row]:
    """Return the rounded changes since the previous survey round as rows, totals before categories.

    Of values that are withheld there is none: it would tell them.
    """
    place = ("indicator", "region", "dimension", "category")
    states = content.values.select([*place, "state"]).to_pylist()
    withheld = {tuple(row[name] for name in place) for row in states if row["state"] == "suppressed"}
    names = dict(zip(*(content.definitions[name].to_pylist() for name in ("indicator", "name")), strict=True))
    rows = rounded_rows(content.round_changes)
    rows = [row for row in rows if tuple(row[name] for name in place) not in withheld]
    for row in rows:
        row |= {"over_time": None, "currency": None, "unit": "percent", "state": "reported"}
        row["key"] = _key(row)
        row["is_together"] = row["region"] == content.words.together
        row["name"] = names.get(row["indicator"]) or row["indicator"]
        row["title"] = row["name"] if (row["dimension"] or "all") == "all" else None
        row |= _place(row, content)
        row["line"] = row["title"] or row["category"]
        row["region"] = content.words.region(row["region"])
    return sorted(rows, key=lambda row: _reading_order(row, content))


def rounded_rows(table: pa.Table) -> list[Row]:
    """Return a table's rounded rows, each with the decimals of its numbers under `places`."""
    numbers = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    places = pa.table({name: decimals(table, name) for name in numbers}).to_pylist()
    rows: list[Row] = rounded_numbers(table).to_pylist()
    for row, shown in zip(rows, places, strict=True):
        row["places"] = shown
    return rows


def level_order(level: str) -> tuple[int, str]:
    """Sorts result levels: impact, outcome, output, then others."""
    return (LEVELS.index(level) if level in LEVELS else len(LEVELS), level)


def _previous_rows(content: Content) -> list[Row]:
    """The totals of the quarter before, each with its value and unit as text under `shown`."""
    rows = [] if content.previous is None else rounded_rows(content.previous)
    return [row | {"shown": figure(row, content.words)} for row in rows]


def _unit_of(row: Row, words: Words) -> str:
    """The unit beside a number: `1` is of one `centre`, `2` are `centres`."""
    return "%" if row["unit"] == "percent" else words.unit(row["unit"], row["value"])


def _key(row: Any) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in KEY)


def _place(row: Row, content: Content) -> Row:
    """Return dimension and category as people read them; a total has no dimension."""
    dimension = row["dimension"] or "all"
    if dimension == "all":
        return {"by": None, "category": TOTAL}
    category = content.words.category(dimension, row["category"] or "")
    return {"by": content.words.dimension(dimension), "category": category}


def _was(row: Row, change: Change | None, words: Any) -> str | None:
    """Return what a restated value was; nothing of one that is not, nor what is withheld from now on."""
    if row.get("status") != "restated" or change is None or row["state"] in NOT_TOLD:
        return None
    if not {"value", "state"} & set(change.columns):
        return ", ".join(f"{one.column} {moved_text(one.column, one.old)}" for one in change.moved)
    if change.old_value is None:
        return STATES.get(change.old_state or "", "not in the release before")
    return figure(row, words, "predecessor_value")


def moved_text(column: str, text: str | None) -> str:
    """Return what a column that moved was or is (`changes.Moved`), as readers see it elsewhere."""
    if not text or column == "light":
        return text or "none"
    return f"{float(text):.1%}" if column == "achievement" else f"{float(text):,.12g}"


def _note(row: Row, totals: list[Row], content: Content) -> str | None:
    """Return what is to be known of a value: why it is missing, what it was, what was left out."""
    words = content.words
    restated = (
        f"Restated: {row['was']} before ({(row['change_reason'] or '').rstrip('.')})." if row["was"] else None
    )
    comment = content.comments.get(row["indicator"]) if row["dimension"] == "all" else None
    reason = None if row["state"] == "suppressed" else row["reason"]  # the word withheld says it
    parts = (reason, row["note"], _of_unknown(row, totals, content), restated, comment)
    return words.in_text(" ".join(filter(None, parts))) or None


def _of_unknown(row: Row, totals: list[Row], content: Content) -> str | None:
    """Return how many are in the category `unknown` of a dimension, of how many, and why."""
    if row["key"][KEY.index("category")] != UNKNOWN or not row["value"]:
        return None
    whole = _key({**dict(zip(KEY, row["key"], strict=True)), "dimension": "all", "category": "all"})
    total = next((one for one in totals if one["key"] == whole), None)
    is_count = not row["currency"] and row["unit"] != "percent"
    of = f" of {total['shown']}" if is_count and total and total["value"] is not None else ""
    why = content.words.unknown.get((row["indicator"], row["dimension"]), "")
    count = plain(row["value"], row["places"]["value"]) if of else row["shown"]
    return f"{row['by']} not known for {count}{of}, which count in the total. {why}".strip()


def _label(row: Row, totals: list[Row], content: Content, is_whole: bool = True) -> str:
    """Return the indicator's name, with as much as tells a total from the indicator's other totals.

    Without `is_whole` region and period are left out: they stand beside it.
    """
    own = [one for one in totals if one["indicator"] == row["indicator"]]
    here = Counter((one["key"][KEY.index("region")], one["currency"]) for one in own)
    regions = {code for code, _ in here}
    region = row["key"][KEY.index("region")]
    parts = (
        content.words.region(region) if is_whole and len(regions) > 1 else None,
        row["currency"] if len({currency for _, currency in here}) > 1 else None,
        period(row["over_time"]) if is_whole and here[region, row["currency"]] > 1 else None,
    )
    return ", ".join(filter(None, (row["name"], *parts)))


def _reading_order(row: Row, content: Content) -> tuple[Any, ...]:
    code = dict(zip(KEY, row["key"], strict=True))
    by = content.words.place_in_order(code["dimension"], code["category"])
    dimension = "" if code["dimension"] == "all" else code["dimension"]
    over_time = period_order(code["over_time"])
    return (
        row["indicator"],
        not row["is_together"],
        code["region"],
        over_time,
        code["currency"],
        dimension,
        by,
    )

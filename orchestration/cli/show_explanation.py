"""An explanation as a person reads it in a terminal, or a program in a pipe."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from orchestration.cli.console import box_of, plain, say, styled
from orchestration.warehouse.explain import Definition, Evidence, Explanation, Rate, Support, Value

_OVER_TIME = {
    "in_quarter": "in the quarter",
    "as_at": "as at its end",
    "cumulative": "cumulative",
    "round": "survey round",
    "cohort": "cohort",
}
_PLURALS = {"child": "children", "person": "people"}


def show_explanation(found: Explanation, withheld: Mapping[tuple[str, str, str], str]) -> None:
    """Print values, definition, what they count, files and evidence rows.

    `withheld`: why a value does not leave for the donor, by region, way over time and currency.
    """
    definition = found.definition
    lines = [styled("bold", definition.name), definition.description]
    for value, support in zip(found.values, found.supports, strict=True):
        lines += ["", *_value(value, definition), *_converted(value, found.rates)]
        lines.append(f"  {_counted(support, definition)}")
        lines += [f"  {styled('dim', f'of {value.drops}')}"] if value.drops else []
        lines += [f"  {styled('yellow', value.note)}"] if value.note else []
        why = withheld.get((value.region, value.over_time, value.currency or ""))
        lines += [f"  {styled('yellow', plain(why))}"] if why else []
    lines += ["", *_definition(definition)]
    box_of(plain(f"{found.donor} {found.indicator} {found.quarter}"), lines)
    for file in found.files:
        say(
            f"{_count(file.records, 'record')} from {styled('bold', plain(file.file))}, table {plain(file.table)} "
            f"{styled('dim', f'(SHA-256 {file.sha256})')}"
        )
    for number, row in enumerate(found.evidence, 1):
        _show_evidence(number, row, definition)


def plural(word: str) -> str:
    """More than one of a unit, in plain words: `gram_panchayat` is gram panchayats."""
    word = word.replace("_", " ")
    if word in _PLURALS:
        return _PLURALS[word]
    return word[:-1] + "ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else word + "s"


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit.replace('_', ' ') if number == 1 else plural(unit)}"


def _counted(support: Support, definition: Definition) -> str:
    """Units and the records that say so: these are not the same where a unit has several records."""
    if not support.units:
        return styled("dim", "no record supports it")
    units, records, of = support.units, support.records, ""
    if definition.numerator is not None:
        units, records = support.units_in_numerator, support.records_in_numerator
        of = f" of {support.units:,} in the numerator"
    supports = "supports" if records == 1 else "support"
    them = "it" if units == 1 else "them"
    return f"{_count(units, definition.unit_type)}{of}; {_count(records, 'record')} {supports} {them}"


def _value(value: Value, definition: Definition) -> list[str]:
    named = [f"region {value.region}", _OVER_TIME.get(value.over_time, value.over_time)]
    if value.dimension != "all":
        named.insert(1, f"{value.dimension} = {value.category}")
    where = plain(" · ".join(named))
    if value.state != "reported":
        return [f"{styled('yellow', value.state.replace('_', ' '))} · {where}: {value.reason or ''}"]
    is_count = definition.kind == "distinct_count" and value.value != 1
    unit = value.currency or (plural(value.unit) if is_count else value.unit.replace("_", " "))
    lines = [f"{styled('bold green', _number(value.value))} {plain(unit)} · {where}"]
    if value.denominator is not None:
        lines[0] += f" = {_number(value.numerator)} of {_number(value.denominator)}"
        if definition.kind == "ratio" and not is_count:
            lines[0] += f" ({_divided(value, definition)})"
        lines[0] += " (weighted)" if value.se is not None else ""
    if value.se is not None:
        lines.append(
            f"  standard error {_number(value.se)}, 95 % interval {_number(value.ci_low)} to "
            f"{_number(value.ci_high)}, design effect {_number(value.deff)}, n = {_number(value.n)}"
        )
    if value.target is not None:
        lines.append(f"  target {_number(value.target)}, achievement {_number(value.achievement)}")
    return lines


def _divided(value: Value, definition: Definition) -> str:
    """How a ratio follows from its two parts."""
    by = f"{definition.scale:,} × " if definition.scale != 1 else ""
    return f"{by}{_number(value.numerator)} ÷ {_number(value.denominator)}"


def _converted(value: Value, rates: list[Rate]) -> list[str]:
    """How a converted sum follows from the sum and the quarter's rate."""
    return [
        f"  = {_number(value.numerator)} {plain(rate.from_currency)} × {_number(rate.rate, 9)} "
        + styled("dim", plain(f"{rate.rate_source or 'no source given'} · {rate.file} · row {rate.row}"))
        for rate in rates
        if rate.to_currency == value.currency and value.state == "reported"
    ]


def _definition(definition: Definition) -> list[str]:
    denominator = definition.denominator if definition.denominator != "units" else None
    words = {"numerator": definition.numerator_definition, "denominator": definition.denominator_definition}
    lines = [f"{styled('dim', word)} {text}" for word, text in words.items() if text]
    stated = {
        "numerator": definition.numerator,
        "value": definition.value_expression,
        "denominator": denominator,
        "population": definition.population if definition.population != "true" else None,
        "dated by": definition.dated_by,
    }
    lines += [
        f"{styled('dim', f'{word} =')} {' '.join(text.split())}" for word, text in stated.items() if text
    ]
    return [*lines, f"{styled('dim', 'definition version')} {definition.definition_version}"]


def _show_evidence(number: int, row: Evidence, definition: Definition) -> None:
    place = f"{row.file.rpartition('/')[2]} · {row.table} · row {row.row}"
    words = [styled("bold", f"{number}. {plain(place)}"), plain(row.unit_id)]
    if definition.numerator is not None:
        words.append("in the numerator" if row.in_numerator else "not in the numerator")
    if row.value is not None:
        of = f" of {_number(row.weight)}" if definition.denominator not in (None, "units") else ""
        words.append(f"value {_number(row.value)}{of}")
    say(" · ".join(words))
    for name in row.deciding:
        say(styled("bold green", f"▶ {plain(name)} = {_cell(row.cells[name])}"), indent=3)
    for one in row.corrections:
        said = f"✎ {plain(one.column)} was delivered as {plain(one.delivered)}. {plain(one.said)}"
        say(styled("yellow", said), indent=3)
    others = [
        f"{plain(name)} = {_cell(cell)}"
        for name, cell in row.cells.items()
        if cell is not None and name not in row.deciding and not name.endswith("_key")
    ]
    if others:
        say(styled("dim", " · ".join(others)), indent=5)


def _cell(cell: object) -> str:
    """A cell as it stands in the accepted record: every digit, and none set apart, since some numbers are codes."""
    if cell is None:
        return "(blank)"
    return plain(format(cell.normalize(), "f") if isinstance(cell, Decimal) else cell)


def _number(value: object, digits: int = 4) -> str:
    if value is None:
        return "–"
    if isinstance(value, float | Decimal):
        text = f"{value:,.{digits}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:,}" if isinstance(value, int) else str(value)

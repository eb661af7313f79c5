"""An explanation as a person reads it in a terminal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel

from orchestration.cli.console import console
from orchestration.warehouse.explain import Explanation


def _number(value: Any, digits: int = 4) -> str:
    if value is None:
        return "–"
    if isinstance(value, float | Decimal):
        text = f"{value:,.{digits}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:,}" if isinstance(value, int) else str(value)


def show_explanation(found: Explanation) -> None:
    """Print value, definition, population and numerator, files and evidence rows."""
    first = found.values[0]
    title = f"{first['donor']} {first['indicator']} {first['quarter']}"
    if first["dimension"] != "all":
        title += f" · {first['dimension']} = {first['category']}"
    definition = found.definition
    lines = [f"[bold]{definition.get('name', '')}[/]", definition.get("description") or ""]
    lines += [_value_line(value) for value in found.values]
    for word, label in (("numerator_definition", "numerator"), ("denominator_definition", "population")):
        if definition.get(word):
            lines.append(f"[dim]{label}[/] {definition[word]}")
    lines.append(
        f"[dim]definition version[/] {first['definition_version']} · [dim]evidence rows[/] "
        f"{found.population_rows:,} in the population, {found.numerator_rows:,} in the numerator"
    )
    console.print(Panel("\n".join(line for line in lines if line), title=title, title_align="left"))
    for file in found.files:
        console.print(
            f"{file['rows']:,} evidence rows from [bold]{file['file']}[/], table {file['table']} "
            f"[dim](SHA-256 {file['sha256'][:16]}…)[/]",
            soft_wrap=True,
        )
    for number, row in enumerate(found.evidence, 1):
        counts = "in the numerator" if row.in_numerator else "not in the numerator"
        value = f" · value {_number(row.value)}" if row.value is not None else ""
        place = f"{row.file.rpartition('/')[2]} · {row.table} · row {row.row}"
        console.print(f"[bold]{number}. {place}[/] · {row.unit_id} · {counts}{value}", soft_wrap=True)
        cells = "  ".join(
            f"{k}={_number(v)}" for k, v in row.cells.items() if v is not None and not k.endswith("_key")
        )
        console.print(Padding(f"[dim]{escape(cells)}[/]", (0, 0, 0, 3)))


def _value_line(value: dict[str, Any]) -> str:
    unit = value["currency"] or value["unit"]
    over_time = value["over_time"].replace("_", " ")
    if value["state"] != "reported":
        return f"[yellow]{value['state'].replace('_', ' ')}[/] ({over_time}): {value.get('reason') or ''}"
    text = f"[bold green]{_number(value['value'])}[/] {unit} ({over_time})"
    if value["denominator"] is not None:
        text += f" = {_number(value['numerator'])} of {_number(value['denominator'])}"
    if value["se"] is not None:
        text += (
            f"; standard error {_number(value['se'])}, 95 % interval {_number(value['ci_low'])} to "
            f"{_number(value['ci_high'])}, design effect {_number(value['deff'])}, n = {_number(value['n'])}"
        )
    if value["target"] is not None:
        text += f"; target {_number(value['target'])}, achievement {_number(value['achievement'])}"
    return text

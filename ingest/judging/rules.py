"""The contract's named rules: errors (`findings`) and warnings, with what they look up in or outside the drop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.boundary.published import published_columns
from ingest.cleaning.naming import e, v
from ingest.contracts.rule import Related, Rule
from ingest.contracts.table import Table
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.keys import key_text
from ingest.judging.sql_faults import naming
from ingest.sql import render, sql_name

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class _Named:
    """A column under the name that rules know it by."""

    name: str
    sql: str


@dataclass(frozen=True)
class _Look:
    """A value that a rule looks up: its name there, in which records, matched by which columns (there: here)."""

    name: str
    value: str
    records: str
    where: str
    match: Mapping[str, str]


def apply_rules(
    judged: JudgedDrop, name: str, table: Table, severity: str, related: Mapping[str, str]
) -> None:
    """The table's named rules of one severity; errors look at all records, warnings at accepted ones."""
    is_error = severity == "error"
    for rule_name, rule in table.rules.items():
        if rule.severity != severity:
            continue
        looks = _looks(judged, rule, related)
        if looks is None:
            continue
        unreadable = " OR ".join(f"({v(c)} IS NULL AND {e(c)} > 1)" for c in _asked_about(judged, name, rule))
        judged.connection.execute(
            render(
                __file__,
                "rules.sql",
                destination="findings" if is_error else "warnings",
                table=name,
                records=judged.table(name) if is_error else judged.accepted(name),
                columns=_columns(judged, name, rule),
                looks=looks,
                code=f"rule:{rule_name}" if is_error else rule_name,
                marked=rule.columns[0] if rule.columns else None,
                key=key_text(judged, name),
                message=rule.message,
                asked_when=rule.when,
                unreadable=unreadable or "false",
                holds=rule.check,
            )
        )


def _asked_about(judged: JudgedDrop, name: str, rule: Rule) -> list[str]:
    """The columns that a rule names or speaks of."""
    words = {*rule.columns, *_WORD.findall(rule.check)}
    return [cell.name for cell in judged.cells[name] if cell.name in words]


def apply_each(
    judged: JudgedDrop, name: str, table: Table, severity: str, related: Mapping[str, str]
) -> None:
    """As `apply_rules`, one by one. Raises SqlFault, naming rule and column, for one that does not work."""
    for rule_name, rule in table.rules.items():
        if rule.severity != severity:
            continue
        parts: dict[tuple[str, ...], str] = {("check",): rule.check, ("when",): rule.when}
        known = {cell.name for cell in judged.cells[name]} | set(rule.related)
        for alias, look in rule.related.items():
            at = ("related", alias)
            parts |= {(*at, "value"): look.value, (*at, "where"): look.where}
            parts |= {(*at, "match"): " ".join([*look.match, *look.match.values()])}
            known |= {cell.name for cell in judged.cells.get(look.table, ())}
            known |= {
                f"{cell.name}_key" for cell in judged.cells[name] if look.outside and cell.column.personal
            }
        template = judged.source.template(name)
        alone = table.model_copy(update={"rules": {rule_name: rule}})
        with naming(f"rule '{rule_name}'", ("tables", template, "rules", rule_name), parts, known):
            apply_rules(judged, name, alone, severity, related)


def _columns(judged: JudgedDrop, name: str, rule: Rule) -> list[_Named]:
    columns = {cell.name: v(cell.name) for cell in judged.cells[name]}
    if judged.key and any(look.outside for look in rule.related.values()):
        # Records outside the drop come from the lake: what identifies a person is a pseudonym there.
        published = published_columns(judged.cells[name], judged.source.tables[name], judged.key)
        columns = dict(published) | columns
    return [_Named(column, sql) for column, sql in columns.items()]


def _looks(judged: JudgedDrop, rule: Rule, related: Mapping[str, str]) -> list[_Look] | None:
    """What the rule looks up; None where the records it needs are not there."""
    looks = []
    for alias, look in rule.related.items():
        records = _related_records(judged, look, related)
        if records is None:
            return None
        where = look.where.replace("{quarter_end}", f"DATE '{judged.quarter_end}'")
        looks.append(_Look(alias, look.value, records, where, look.match))
    return looks


def _related_records(judged: JudgedDrop, look: Related, related: Mapping[str, str]) -> str | None:
    if look.outside:
        return related.get(look.outside)
    columns = ", ".join(f"{v(cell.name)} AS {sql_name(cell.name)}" for cell in judged.cells[look.table])
    return f"(SELECT {columns} FROM {judged.accepted(look.table)})"

"""The contract's named rules: errors (`findings`) and warnings, with what they look up in or outside the drop."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.boundary.published import published_columns
from ingest.cleaning.naming import e, v
from ingest.contracts.rule import Related, Rule
from ingest.contracts.table import Table
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.keys import key_text
from ingest.judging.sql_faults import naming
from ingest.sql import quote, sql_name


def apply_rules(
    judged: JudgedDrop, name: str, table: Table, severity: str, related: Mapping[str, str]
) -> None:
    """The table's named rules of one severity; errors look at all records, warnings at accepted ones."""
    for rule_name, rule in table.rules.items():
        if rule.severity != severity:
            continue
        code = f"rule:{rule_name}" if severity == "error" else rule_name
        source = judged.table(name) if severity == "error" else judged.accepted(name)
        relation = _rule_relation(judged, name, source, rule, related)
        if relation is None:
            continue
        columns = quote(rule.columns[0]) if rule.columns else "NULL"
        # A cell that holds something unreadable is neither empty nor a value: the rule cannot be asked.
        unreadable = " OR ".join(f"({v(c)} IS NULL AND {e(c)} > 1)" for c in rule.columns) or "false"
        broken = f"FROM ({relation}) AS rec WHERE ({rule.when}) AND NOT ({unreadable}) AND NOT ({rule.check})"
        if severity == "error":
            judged.connection.execute(
                f"INSERT INTO findings SELECT {quote(name)}, _record, {quote(code)}, {columns} {broken}"
            )
        else:
            key = key_text(judged, name)
            judged.connection.execute(
                f"INSERT INTO warnings SELECT {quote(name)}, _record, {quote(code)}, {columns}, {key}, "
                f"{quote(rule.message)} {broken}"
            )


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


def _rule_relation(
    judged: JudgedDrop, name: str, source: str, rule: Rule, related: Mapping[str, str]
) -> str | None:
    """Records with their values under plain names, and one column for each related value."""
    columns = {cell.name: v(cell.name) for cell in judged.cells[name]}
    if judged.key and any(look.outside for look in rule.related.values()):
        # Records outside the drop come from the lake: what identifies a person is a pseudonym there.
        columns = (
            dict(published_columns(judged.cells[name], judged.source.tables[name], judged.key)) | columns
        )
    plain = ", ".join(f"{sql} AS {sql_name(column)}" for column, sql in columns.items())
    relation = f"SELECT *, {plain} FROM {source} AS base"
    for alias, look in rule.related.items():
        other = _related_relation(judged, name, look, related)
        if other is None:
            return None
        on = " AND ".join(
            f"rel.{sql_name(f'k_{there}')} = rec.{sql_name(here)}" for there, here in look.match.items()
        )
        keys = ", ".join(f"{sql_name(there)} AS {sql_name(f'k_{there}')}" for there in look.match)
        where = look.where.replace("{quarter_end}", f"DATE '{judged.quarter_end}'")
        grouped = f"SELECT {keys}, {look.value} AS {sql_name(alias)} FROM {other} WHERE {where} GROUP BY ALL"
        relation = f"SELECT rec.*, rel.{sql_name(alias)} FROM ({relation}) AS rec LEFT JOIN ({grouped}) AS rel ON {on}"
    return relation


def _related_relation(judged: JudgedDrop, name: str, look: Related, related: Mapping[str, str]) -> str | None:
    if look.outside:
        return related.get(look.outside)
    plain = ", ".join(f"{v(cell.name)} AS {sql_name(cell.name)}" for cell in judged.cells[look.table])
    return f"(SELECT {plain} FROM {judged.accepted(look.table)})"

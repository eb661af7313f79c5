"""The faulty rows of a table as delivered, with what is wrong in which cell. Only these rows are ever fetched."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.contracts.table import Table
from ingest.feedback import findings
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import render

ROWS_SHOWN = 2000  # a table; records held back come before those that are to be checked


@dataclass(frozen=True)
class ShownColumn:
    """A column of the delivered table: the contract's name, header and letter in the file (or where it comes from)."""

    name: str
    label: str
    letter: str


@dataclass(frozen=True)
class Mark:
    """One finding of a row, and the columns it is about."""

    code: str
    severity: str
    status: str
    columns: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class FaultyRow:
    """A row with findings: its number in the file, its cells as delivered."""

    row: int
    cells: tuple[str | None, ...]
    marks: tuple[Mark, ...]

    @property
    def status(self) -> str:
        """`new` if any of its findings is, else `open`."""
        return "new" if any(mark.status == "new" for mark in self.marks) else "open"


@dataclass(frozen=True)
class TableRows:
    """A table's faulty rows in file order; `left_out` of them are too many to show."""

    table: str
    columns: tuple[ShownColumn, ...]
    rows: tuple[FaultyRow, ...]
    left_out: int


def faulty_rows(judged: JudgedDrop, table: str) -> TableRows:
    """The table's rows with findings; `findings.gather` comes first."""
    con, cells = judged.connection, findings.delivered(judged, table)
    columns = _columns(judged, table)
    shown = [cells[column.name] for column in columns]
    rows = con.execute(
        render(__file__, "rows.sql", table=table, records=judged.table(table), cells=shown, most=ROWS_SHOWN)
    ).fetchall()
    total = rows[0][2] if rows else 0
    spec = judged.source.tables[table]
    faulty = tuple(
        FaultyRow(
            int(row),
            tuple(values),
            tuple(
                Mark(m["code"], m["severity"], m["status"], marked(spec, m["code"], m["col"]), _said(spec, m))
                for m in marks
            ),
        )
        for row, marks, _, *values in rows
    )
    return TableRows(table, columns, faulty, int(total) - len(faulty))


def _said(spec: Table, mark: dict[str, str]) -> str:
    rule = spec.rules.get(mark["code"].removeprefix("rule:"))
    return mark["message"] or (rule.message if rule else "")


def marked(spec: Table, code: str, column: str) -> tuple[str, ...]:
    """The columns a finding is about: the key for duplicates, all of a rule's columns, none, or the cell's own."""
    if code == "empty_table":
        return ()
    rule = spec.rules.get(code.removeprefix("rule:"))
    if rule and rule.columns:
        return rule.columns
    if code in ("exact_duplicate", "duplicate_key", "conflicting_label") or not column:
        return spec.key
    return (column,)


def _columns(judged: JudgedDrop, table: str) -> tuple[ShownColumn, ...]:
    """The columns in the file's order; first what a heading or the sheet's name says, as it is part of the record."""
    found = judged.delivered[table]
    outside = [f for f in found if f.position < 0 and f.column.from_context]
    inside = sorted((f for f in found if f.position >= 0), key=lambda f: f.position)
    return tuple(
        ShownColumn(
            f.name, f.label.strip() if f.position >= 0 else f.name, findings.letter(judged, table, f.name)
        )
        for f in (*outside, *inside)
    )

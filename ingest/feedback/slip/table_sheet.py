"""One sheet a table: the faulty rows as delivered, faulty cells coloured, with the reason and the fix in a comment."""

from __future__ import annotations

import math
import re

from ingest.feedback.catalogue import Catalogue, english
from ingest.feedback.slip.pen import Pen
from ingest.feedback.slip.rows import FaultyRow, Mark, TableRows
from ingest.feedback.slip.slip_content import FileContent
from ingest.feedback.slip.styles import height, lines, page, put

FIXED = 3  # row number, status, what is wrong: before the delivered columns
_FIXED_WIDTHS = (14.0, 14.0, 36.0)
_TALLEST = 150.0
_A3_WIDTH = 290  # what a page of A3 holds in letters of a size that can be read
_A4_WIDTH = 160  # of the delivered columns; more would be too small to read
COMMENTS_SHOWN = 1000  # rows; each comment is a drawing, and a sheet of many thousands opens slowly
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LTR = re.compile("[A-Za-z\u0900-\u0dff]")
_COMMENT_WIDTH = 340


def write_table(pen: Pen, content: FileContent, table: TableRows) -> None:
    """Write the faulty rows of one table into the pen's sheet."""
    widths = _widths(table)
    across = max(
        1, math.ceil(sum(widths) / (_A3_WIDTH - sum(_FIXED_WIDTHS)))
    )  # the first columns are on each page
    page(pen.sheet, f"{content.delivery.file}, {table.table}", wide=sum(widths) > _A4_WIDTH, across=across)
    if across > 1:
        pen.sheet.repeat_columns(0, FIXED - 1)
    rtl = runs_right_to_left(table)
    if rtl:
        pen.sheet.right_to_left()
    pen.sheet.set_row(0, 22)
    put(pen.sheet, 0, 0, table.table, pen.styles.title(rtl=rtl))
    put(pen.sheet, 1, 0, content.delivery.file, pen.styles.note(rtl=rtl))
    for number, note in enumerate(_notes(pen, table)):
        put(pen.sheet, 2 + number, 0, note, pen.styles.note(rtl=rtl))
    top = 4
    _header(pen, content, table, top, widths)
    for offset, row in enumerate(table.rows, start=1):
        _row(pen, content, table, top + offset, row, widths, rtl=rtl, with_comments=offset <= COMMENTS_SHOWN)
    pen.sheet.freeze_panes(top + 1, FIXED)
    pen.sheet.repeat_rows(top)
    pen.sheet.autofilter(top, 0, top + len(table.rows), FIXED + len(table.columns) - 1)


def runs_right_to_left(table: TableRows) -> bool:
    """Whether most letters of the delivered rows are of a script that runs from right to left."""
    text = " ".join(c.label for c in table.columns) + " ".join(
        cell or "" for r in table.rows for cell in r.cells
    )
    return len(_RTL.findall(text)) > len(_LTR.findall(text))


def _notes(pen: Pen, table: TableRows) -> list[str]:
    notes = [pen.label("rows_cut", n=f"{table.left_out:,}")] if table.left_out else []
    if len(table.rows) > COMMENTS_SHOWN:
        notes.append(pen.label("comments_cut", row=table.rows[COMMENTS_SHOWN].row))
    return notes


def _header(pen: Pen, content: FileContent, table: TableRows, top: int, widths: list[float]) -> None:
    number = "record" if content.is_dump else "row"
    labels = [(f"{c.label}\n{c.letter}", width) for c, width in zip(table.columns, widths, strict=True)]
    pen.sheet.set_row(top, max(34, height([*labels, (pen.label(number, "\n"), _FIXED_WIDTHS[0])])))
    for column, (name, width) in enumerate(zip((number, "status", "wrong"), _FIXED_WIDTHS, strict=True)):
        put(pen.sheet, top, column, pen.label(name, "\n"), pen.styles.header)
        pen.sheet.set_column(column, column, width)
    for column, (shown, width) in enumerate(zip(table.columns, widths, strict=True)):
        text = f"{shown.label}\n({shown.letter})" if shown.letter else shown.label
        put(pen.sheet, top, FIXED + column, text, pen.styles.header)
        pen.sheet.set_column(FIXED + column, FIXED + column, width)


def _widths(table: TableRows) -> list[float]:
    """A width for each delivered column: its longest cell and header, within reason."""
    widths: list[float] = []
    for column, shown in enumerate(table.columns):
        longest = max((len(row.cells[column] or "") for row in table.rows), default=0)
        widths.append(min(42, max(11, longest + 3, min(len(shown.label) + 4, 24))))
    return widths


def _row(
    pen: Pen,
    content: FileContent,
    table: TableRows,
    at: int,
    row: FaultyRow,
    widths: list[float],
    *,
    rtl: bool,
    with_comments: bool,
) -> None:
    pen.sheet.write_number(at, 0, row.row, pen.styles.number())
    put(pen.sheet, at, 1, pen.label(row.status, "\n"), pen.styles.status(row.status))
    titles = dict.fromkeys(pen.title(mark.code, mark.message) for mark in row.marks)
    wrong = "\n".join(titles)
    put(pen.sheet, at, 2, wrong, pen.styles.cell(rtl=rtl))
    status = pen.label(row.status, "\n")
    texts = [
        (wrong, _FIXED_WIDTHS[2]),
        (status, _FIXED_WIDTHS[1]),
        *zip((c or "" for c in row.cells), widths, strict=True),
    ]
    pen.sheet.set_row(at, min(_TALLEST, height(texts)))
    by_column = _by_column(table, row)
    for column, cell in enumerate(row.cells):
        marks = by_column.get(table.columns[column].name, [])
        style = pen.styles.marked(_worst(marks), rtl=rtl) if marks else pen.styles.cell(rtl=rtl)
        put(pen.sheet, at, FIXED + column, cell, style)
        if with_comments and (said := [mark for mark in marks if _first_shown(table, mark) == column]):
            _comment(pen, content, table, at, column, said)


def _by_column(table: TableRows, row: FaultyRow) -> dict[str, list[Mark]]:
    """The marks of each column; a finding about none of the shown columns goes to the first."""
    by_column: dict[str, list[Mark]] = {}
    shown = {column.name for column in table.columns}
    for mark in row.marks:
        for name in [name for name in mark.columns if name in shown] or [table.columns[0].name]:
            by_column.setdefault(name, []).append(mark)
    return by_column


def _first_shown(table: TableRows, mark: Mark) -> int:
    """Where a mark's comment stands: at its first column, so that it is not repeated at the others."""
    names = [column.name for column in table.columns]
    return next((names.index(name) for name in mark.columns if name in names), 0)


def _worst(marks: list[Mark]) -> str:
    return min(mark.severity for mark in marks)  # 'error' comes before 'warning'


def _comment(
    pen: Pen, content: FileContent, table: TableRows, at: int, column: int, marks: list[Mark]
) -> None:
    text = "\n\n".join(_said(pen, content, table.table, table.columns[column].name, mark) for mark in marks)
    height = 24 + 16 * lines(text, 46)
    options = {"author": "sangam", "width": _COMMENT_WIDTH, "height": min(height, 420), "font_size": 9}
    pen.sheet.write_comment(at, FIXED + column, text[:32_000], options)


def _said(pen: Pen, content: FileContent, table: str, column: str, mark: Mark) -> str:
    """A finding in the partner's language and in English: code, reason, what is expected, fix."""
    own = pen.finding(mark.code, mark.message)
    paragraphs = []
    if own and pen.own:
        paragraphs.append(_paragraph(pen.own, own.title, own.advice, content, table, column, mark))
    text = english().finding(mark.code, mark.message)
    paragraphs.append(_paragraph(english(), text.title, text.advice, content, table, column, mark))
    return f"[{mark.code}] {pen.label(mark.status)}\n" + "\n".join(paragraphs)


def _paragraph(
    words: Catalogue, title: str, advice: str, content: FileContent, table: str, column: str, mark: Mark
) -> str:
    wanted = content.expected(table, column, mark.code, words)
    more = " " + words.label("expected", expected=wanted) if wanted else ""
    return f"{title}: {advice}{more}"


def sheet_names(wanted: list[str], taken: set[str]) -> list[str]:
    """Names a workbook may hold, as like the wanted ones as can be: at most 31 characters, each once."""
    names: list[str] = []
    used = {name.casefold() for name in taken} | {"history"}
    for name in wanted:
        stem = re.sub(r"[\[\]:*?/\\]", "_", name).strip("' ") or "table"
        candidate, number = stem[:31], 1
        while candidate.casefold() in used:
            number += 1
            candidate = f"{stem[: 30 - len(str(number))]} {number}"
        used.add(candidate.casefold())
        names.append(candidate)
    return names

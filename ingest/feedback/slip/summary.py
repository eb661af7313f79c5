"""The summary sheet: what was delivered, what became of it, each kind of finding with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingest.contracts.loading import load_region
from ingest.feedback.catalogue import english
from ingest.feedback.slip.pen import Pen
from ingest.feedback.slip.slip_content import FileContent, Group
from ingest.feedback.slip.styles import ERROR, GOOD, INK, WARNING, height, page, put
from ingest.feedback.slip.summary_lines import advice, finding_line, languages, resolved_line, spoken_keys

COLUMN, WRONG, VALUE, ADVICE = 1, 2, 3, 8  # columns; from ADVICE on, one a language
_WIDTHS = (15, 20, 25, 20, 9, 8, 8, 30)
_ADVICE_WIDTH = 46


def write_summary(pen: Pen, contents: Sequence[FileContent]) -> None:
    """Write the summary of the files of one delivery into the pen's sheet."""
    first = contents[0].delivery
    region = load_region(first.region)
    page(pen.sheet, f"{region.title}: {region.sources[first.source].title}, {first.quarter}")
    if pen.is_right_to_left:
        pen.sheet.right_to_left()
    last = _last(pen)
    for column, width in enumerate((*_WIDTHS, *[_ADVICE_WIDTH] * (last - ADVICE + 1))):
        pen.sheet.set_column(column, column, width)
    pen.sheet.set_row(0, 26)
    put(pen.sheet, 0, 0, pen.label("return_slip"), pen.styles.title(rtl=pen.is_right_to_left))
    put(
        pen.sheet,
        1,
        0,
        f"{region.title}: {region.sources[first.source].title}, {first.quarter}",
        pen.styles.note(rtl=pen.is_right_to_left),
    )
    row = 3
    for content in contents:
        row = _file(pen, row, content)
    if any(content.rows for content in contents):
        _legend(pen, row)


def _last(pen: Pen) -> int:
    """The last column: advice in one language or in two."""
    return ADVICE + (1 if pen.own else 0)


def _file(pen: Pen, row: int, content: FileContent) -> int:
    row = _delivery(pen, row, content)
    if content.refusal:
        return _refusal(pen, row, content)
    row = _tables(pen, row, content)
    for severity, heading in (("error", "to_mend"), ("warning", "to_check")):
        groups = [group for group in content.groups if group.severity == severity]
        if groups:
            row = _findings(pen, row, heading, content, groups)
    if content.groups_more:
        put(
            pen.sheet,
            row - 1,
            0,
            pen.label("more_findings", n=f"{content.groups_more:,}"),
            pen.styles.note(rtl=pen.is_right_to_left),
        )
        row += 1
    row = _totals(pen, row, content)
    return _resolved(pen, row, content)


def _delivery(pen: Pen, row: int, content: FileContent) -> int:
    delivery = content.delivery
    row = pen.heading(row, "your_delivery", _last(pen))
    facts = [
        ("file", delivery.file),
        ("quarter", delivery.quarter.strip("_")),
        ("received", delivery.received_at.strftime("%Y-%m-%d %H:%M UTC")),
    ]
    for name, text in facts:
        if text:
            row = _fact(pen, row, name, text)
    row = _fact(
        pen, row, "compared_with", *([content.last] if content.last else _told(pen, "first_delivery"))
    )
    if content.refusal is None:
        row = _fact(pen, row, "result", *_result(pen, content), good=not content.count("quarantined"))
        if content.unread:
            row = _fact(
                pen, row, "not_read", *_told(pen, "not_read_why", files=", ".join(content.unread)), good=False
            )
        row = _fact(pen, row, "since_last", *_told(pen, "since_last_counts", **_since(content)))
    return row + 1


def _fact(pen: Pen, row: int, name: str, *texts: str, good: bool | None = None) -> int:
    """A label and its text; two texts are one in each language, in rows of their own."""
    colour = {} if good is None else {"bold": True, "font_color": (GOOD if good else ERROR)[1]}
    label_style = pen.styles.text(rtl=pen.is_right_to_left, bold=True, font_color=INK)
    side = {"align": "right"} if pen.is_right_to_left else {}
    for number, text in enumerate(texts):
        is_own = pen.own is not None and len(texts) > 1 and number == 0
        label = pen.label(name) if number == 0 else ""
        pen.across(row, 0, COLUMN, label, label_style)
        pen.across(
            row, WRONG, ADVICE, text, pen.styles.text(rtl=pen.is_right_to_left and is_own, **side, **colour)
        )
        text_width = sum(_WIDTHS[WRONG:]) + _ADVICE_WIDTH
        pen.sheet.set_row(row, height([(label, _WIDTHS[0] + _WIDTHS[1]), (text, text_width)]))
        row += 1
    return row


def _result(pen: Pen, content: FileContent) -> list[str]:
    filled = {word: f"{content.count(word):,}" for word in ("read", "accepted", "quarantined")}
    return _told(pen, "some_held_back" if content.count("quarantined") else "accepted_all", **filled)


def _told(pen: Pen, name: str, **filled: object) -> list[str]:
    """A sentence of the slip in each language."""
    return list(dict.fromkeys(words.label(name, **filled) for words in languages(pen)))


def _since(content: FileContent) -> dict[str, str]:
    new = sum(g.new for g in content.groups) + sum(t.status == "new" for t in content.totals)
    still = sum(g.open for g in content.groups) + sum(t.status == "open" for t in content.totals)
    return {
        "new": f"{new:,}",
        "open": f"{still:,}",
        "resolved": f"{sum(r.count for r in content.resolved):,}",
    }


def _refusal(pen: Pen, row: int, content: FileContent) -> int:
    code, message, status = content.refusal or ("", "", "")
    own = pen.finding(code, message)
    said = english().finding(code, message)
    row = pen.heading(row, "refused", _last(pen))
    row = _fact(
        pen, row, "wrong", f"{pen.title(code).replace(chr(10), ' · ')} ({pen.label(status)})", good=False
    )
    row = _fact(pen, row, "refused_why", *([own.meaning] if own else []), message)
    row = _fact(pen, row, "refused_fix", *([own.fix] if own else []), said.fix)
    row = _fact(pen, row, "result", *_told(pen, "refused_note"))
    return row + 1


def _tables(pen: Pen, row: int, content: FileContent) -> int:
    row = _table_header(pen, row, "tables", ("table", "read", "accepted", "quarantined", "warnings"))
    for table, counts in content.tables.items():
        numbers = (
            counts.read,
            counts.accepted,
            counts.quarantined,
            sum(counts.warnings.values()),
        )
        bad = {"font_color": ERROR[1], "bold": True} if counts.quarantined else {}
        styles = (pen.styles.number(), pen.styles.number(), pen.styles.number(**bad), pen.styles.number())
        _line(pen, row, [(table, pen.value(bold=True)), *zip(numbers, styles, strict=True)])
        row += 1
    return row + 1


def _table_header(
    pen: Pen, row: int, heading: str, names: Sequence[str], *, with_advice: bool = False
) -> int:
    """The head of a block and of its columns; the row below."""
    row = pen.heading(row, heading, _last(pen))
    cells: list[tuple[str | None, Any]] = [(pen.label(name, "\n"), pen.styles.header) for name in names]
    if with_advice:
        cells += [(None, pen.styles.header)] * (ADVICE - len(cells))
        cells += [(words.label("meaning_and_fix"), pen.styles.header) for words in languages(pen)]
    _line(pen, row, cells)
    return row + 1


def _line(pen: Pen, row: int, cells: Sequence[tuple[str | int | None, Any]]) -> None:
    pen.line(row, cells, (*_WIDTHS, _ADVICE_WIDTH, _ADVICE_WIDTH))


def _findings(pen: Pen, row: int, heading: str, content: FileContent, groups: list[Group]) -> int:
    names = ("table", "column", "wrong", "delivered_value", "records", "new", "open", "where")
    row = _table_header(pen, row, heading, names, with_advice=True)
    for group in groups:
        _line(pen, row, finding_line(pen, content, group))
        row += 1
    return row + 1


def _totals(pen: Pen, row: int, content: FileContent) -> int:
    if not content.totals:
        return row
    row = _table_header(pen, row, "totals", ("table", "total_row", "wrong", "status"), with_advice=True)
    for total in content.totals:
        cells = [
            (total.table, pen.value(bold=True)),
            (spoken_keys([total.label]), pen.value()),
            (pen.title("total_mismatch"), pen.value(bg_color=WARNING[0], bold=True)),
            (pen.label(total.status, "\n"), pen.styles.status(total.status)),
            *[(None, pen.value())] * (ADVICE - VALUE - 1),
            *advice(pen, "total_mismatch", ""),
        ]
        _line(pen, row, cells)
        row += 1
    return row + 1


def _resolved(pen: Pen, row: int, content: FileContent) -> int:
    if not content.resolved:
        return row
    row = _table_header(pen, row, "resolved", ("table", "column", "wrong", "which", "records"))
    for line in content.resolved:
        _line(pen, row, resolved_line(pen, line))
        row += 1
    put(pen.sheet, row, 0, pen.label("resolved_note"), pen.styles.note(rtl=pen.is_right_to_left))
    return row + 2


def _legend(pen: Pen, row: int) -> None:
    row = pen.heading(row, "legend", _last(pen))
    side = {"align": "right"} if pen.is_right_to_left else {}
    colours = {"legend_error": ERROR[0], "legend_warning": WARNING[0]}
    for name in ("legend_rows", "legend_error", "legend_warning", "legend_personal"):
        for words in languages(pen):
            style = {"bg_color": colours[name]} if name in colours else {}
            text = words.label(name)
            pen.across(row, 0, ADVICE, text, pen.styles.text(rtl=words.is_right_to_left, **side, **style))
            pen.sheet.set_row(row, height([(text, sum(_WIDTHS) + _ADVICE_WIDTH)]))
            row += 1

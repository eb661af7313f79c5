"""Lines of the summary: the cells of one kind of finding, and what is said of it in each language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingest.feedback.catalogue import Catalogue, english
from ingest.feedback.slip.pen import Pen
from ingest.feedback.slip.slip_content import FileContent, Group, ResolvedFindings
from ingest.feedback.slip.styles import ERROR, GOOD, WARNING


def languages(pen: Pen) -> list[Catalogue]:
    """The partner's language, then English."""
    return [*([pen.own] if pen.own else []), english()]


def finding_line(pen: Pen, content: FileContent, group: Group) -> list[tuple[str | int | None, Any]]:
    """The cells of one kind of finding: where, what, how often, and what to do."""
    back = (ERROR if group.severity == "error" else WARNING)[0]
    at = f"{group.label} ({group.letter})" if group.letter else group.label
    plain = pen.value()
    return [
        (group.table, pen.value(bold=True)),
        (at, plain),
        (pen.title(group.code, group.message), pen.value(bg_color=back, bold=True)),
        (_values(pen, group), plain),
        (group.count, pen.styles.number()),
        (group.new, pen.styles.number()),
        (group.open, pen.styles.number()),
        (_where(pen, content, group), plain),
        *advice(pen, group.code, group.message, content, group),
    ]


def _values(pen: Pen, group: Group) -> str:
    """What the cells said: some of it, where they differ."""
    if group.code == "missing_required":
        return pen.label("empty_cell")
    more = (pen.own or english()).label("and_more", n=f"{group.values_more:,}") if group.values_more else ""
    return "\n".join(_shortened(value) for value in group.values) + more


def _shortened(value: str) -> str:
    return value if len(value) <= 60 else value[:59] + "…"


def _where(pen: Pen, content: FileContent, group: Group) -> str:
    name = "record_numbers" if content.is_dump else "rows"
    words = pen.own or english()
    parts = []
    if group.rows:
        more = words.label("and_more", n=f"{group.rows_more:,}") if group.rows_more > 0 else ""
        parts.append(words.label(name, rows=group.rows + more))
    if group.keys:
        parts.append(words.label("example", keys=spoken_keys(group.keys)))
    return "\n".join(parts)


def spoken_keys(keys: Sequence[str]) -> str:
    """Keys as a person reads them: their parts joined by a stroke with room around it."""
    return "; ".join(key.replace("|", " / ") for key in keys)


def advice(
    pen: Pen, code: str, message: str, content: FileContent | None = None, group: Group | None = None
) -> list[tuple[str, Any]]:
    """Meaning, fix, what is expected and a guess, in each language."""
    cells = []
    for words in languages(pen):
        text = words.finding(code, message)
        parts = [text.advice]
        if content and group:
            wanted = content.expected(group.table, group.column, group.code, words)
            parts += [words.label("expected", expected=wanted)] if wanted else []
            parts += [words.label("did_you_mean", word=group.suggestion)] if group.suggestion else []
        rtl = words.is_right_to_left and pen.finding(code, message) is not None
        cells.append(("\n".join(parts), pen.styles.text(rtl=rtl)))
    return cells


def resolved_line(pen: Pen, line: ResolvedFindings) -> list[tuple[str | int | None, Any]]:
    """The cells of one kind of finding that only the last delivery had."""
    return [
        (line.table, pen.value(bold=True)),
        (line.label, pen.value()),
        (pen.title(line.code, line.message), pen.value(bg_color=GOOD[0], bold=True)),
        (spoken_keys(line.keys), pen.value()),
        (line.count, pen.styles.number()),
    ]

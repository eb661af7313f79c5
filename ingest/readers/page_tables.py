"""The tables of a page as its elements say, with the text a person sees in each cell.

What is hidden is not read, and counted. Struck-out text is gone, raised text is a footnote mark, fields of forms have
their values. A table within a cell is a table of its own, and its text belongs to the cell around it, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from ingest.readers.page_grid import Cell, Row
from ingest.readers.page_looks import Look, Looks
from ingest.readers.page_text import BREAK, FIELDS, Text
from ingest.readers.raised import raised

_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_CELLS = frozenset(["td", "th"])
_GROUPS = frozenset(["thead", "tbody", "tfoot"])
_UNSEEN_WORDS = """
    script style template noscript noframes noembed head title datalist canvas video audio iframe object progress meter
    rp
"""
_UNSEEN = frozenset(_UNSEEN_WORDS.split())
_DIGITS = re.compile(r"[ \t\r\n\f]*\+?(\d{1,9})")
# The HTML standard's own limits (§ 4.9.11 "Attributes common to td and th elements").
_WIDEST, _TALLEST = 1000, 65534
_DEEPEST = 8  # tables within tables whose text goes up to the cells around them: copies are bounded


@dataclass(eq=False)
class PageTable:
    """A table: its groups of rows, the heading above it, the table around it, and what of it is not shown."""

    heading: str = ""
    around: PageTable | None = None
    caption: str = ""
    groups: list[tuple[str, list[Row]]] = field(default_factory=list)
    has_own_text: bool = False
    is_passed_on: bool = False  # its text is part of the cell around it
    unread: int = 0  # cells with text that are not shown
    columns: int = 0  # that a <col> speaks of
    hidden_columns: set[int] = field(default_factory=set)
    collapsed_columns: set[int] = field(default_factory=set)

    def shown_groups(self) -> list[list[Row]]:
        """The groups as they are shown: the first head on top, the first foot at the bottom."""
        kinds = [kind for kind, _ in self.groups]
        first, last = (kinds.index(kind) if kind in kinds else -1 for kind in ("thead", "tfoot"))
        rest = [at for at in range(len(kinds)) if at not in (first, last)]
        return [self.groups[at][1] for at in (first, *rest, last) if at >= 0]

    def is_one_cell(self) -> bool:
        """Whether the table only frames a value."""
        return sum(len(row.cells) for _, rows in self.groups for row in rows if not row.is_collapsed) == 1


@dataclass
class _Open:
    """A table whose end is not reached; `outer`: the text around it."""

    table: PageTable
    outer: Text | None
    row: Row | None = None


class PageTables:
    """The tables of a page in its order, those within others after them.

    `has_frames`: it shows other pages. `outside`: cells that the page has and no table of it, for the caller to count.
    """

    def __init__(self, root: LexborNode, looks: Looks) -> None:
        self.tables: list[PageTable] = []
        self.has_frames = False
        self.outside = 0
        self.rows = 0
        self._looks = looks
        self._heading = ""
        self._open: list[_Open] = []
        self._text: Text | None = None
        self._headings = 0  # that are open, one within the other
        self._walk(root)

    def _walk(self, root: LexborNode) -> None:
        around: list[tuple[LexborNode, str, Look, int]] = []
        above, node = self._looks.top, root
        while True:
            tag = node.tag or ""
            if tag == "-text":
                self._say(node.text_content or "", above)
            elif node.is_element_node:
                look = self._looks.of(node, tag, above)
                if tag in _UNSEEN or tag in FIELDS:
                    self._field(node, tag, look)
                else:
                    start = self._enter(node, tag, look)
                    child = node.child
                    if child is not None:
                        around.append((node, tag, above, start))
                        above, node = look, child
                        continue
                    self._leave(node, tag, look, above, start)
            following = node.next
            while following is None and around:
                node, tag, outer, start = around.pop()
                self._leave(node, tag, above, outer, start)
                above, following = outer, node.next
            if following is None:
                return
            node = following

    def _say(self, piece: str, look: Look) -> None:
        if self._text is None:
            return
        if look.shows:
            self._text.pieces.append(piece)
        elif not look.is_struck and not piece.isspace():
            self._text.has_unseen = True

    def _field(self, node: LexborNode, tag: str, look: Look) -> None:
        if self._text is not None and tag in FIELDS and look.shows:
            self._text.field(node, tag)

    def _enter(self, node: LexborNode, tag: str, look: Look) -> int:
        """Begin an element; how many pieces of text stand before it."""
        if tag == "table":
            within = self._open[-1].table if self._open else None
            self.tables.append(PageTable(self._heading, within))
            self._open.append(_Open(self.tables[-1], self._text))
            self._text = None
        elif self._open and self._text is None and self._part(node, tag, look):
            pass
        elif tag in _HEADINGS:
            self._headings += 1
            if self._text is None:
                self._text = Text()
            self._break(look)
        elif tag == "br" or look.is_block:
            self._break(look)
        self.has_frames |= tag in ("frame", "frameset")
        return len(self._text.pieces) if self._text else 0

    def _part(self, node: LexborNode, tag: str, look: Look) -> bool:
        """Begin a part of the table that is open."""
        opened = self._open[-1]
        if tag in _CELLS or tag == "caption":
            self._text = Text()
        elif tag == "tr":
            self.rows += 1
            opened.row = Row(self.rows, look.is_collapsed)
            if look.is_there and opened.table.groups:
                opened.table.groups[-1][1].append(opened.row)
        elif tag in _GROUPS:
            opened.table.groups.append((tag if look.is_there else "", []))
        elif tag == "col":
            self._column(node, look)
        else:
            return False
        return True

    def _column(self, node: LexborNode, look: Look) -> None:
        table = self._open[-1].table
        columns = range(table.columns, table.columns + (_span(node, "span", _WIDEST) or 1))
        table.columns = columns.stop
        if look.is_collapsed:
            table.collapsed_columns.update(columns)
        elif not look.is_there:
            table.hidden_columns.update(columns)

    def _leave(self, node: LexborNode, tag: str, look: Look, above: Look, start: int) -> None:
        if tag == "table":
            self._text = self._open.pop().outer
            self._break(look)
            return
        if tag in _HEADINGS:
            self._end_heading(start)
        if self._text is None:
            return
        if tag in _CELLS:
            self._end_cell(node, look)
        elif tag == "caption":
            opened, shown, self._text = self._open[-1], self._text.shown(), None
            opened.table.caption = opened.table.caption or shown
            self._pass_on(opened, shown, BREAK)
        elif look.is_raised and not above.is_raised:
            self._text.pieces[start:] = [raised("".join(self._text.pieces[start:]))]
        if look.is_block:
            self._break(look)

    def _end_heading(self, start: int) -> None:
        self._headings -= 1
        if self._headings or self._text is None:
            return
        self._heading = self._text.shown(start) or self._heading
        if not self._open:
            self._text = None

    def _break(self, look: Look) -> None:
        if self._text is not None and look.is_there:
            self._text.pieces.append(BREAK)

    def _end_cell(self, node: LexborNode, look: Look) -> None:
        opened, text = self._open[-1], self._text
        if opened.row is None or text is None:
            return
        self._text = None
        shown = text.shown()
        if not look.is_there:
            opened.table.unread += text.has_unseen
            return
        if opened.row.is_collapsed:  # what is visible within it is not painted either
            text.has_unseen, shown = text.has_unseen or bool(shown), ""
        opened.table.unread += text.has_unseen and not shown
        opened.table.has_own_text |= bool(shown) and (not text.nested or text.is_own())
        self._pass_on(opened, shown, " " if opened.row.cells else BREAK)
        words = node.attributes
        if not ("colspan" in words or "rowspan" in words):
            opened.row.cells.append(Cell(shown))
            return
        across = _span(node, "colspan", _WIDEST) or 1
        down = _span(node, "rowspan", _TALLEST)
        # Excel lets long texts run over the blank cells beside them, which stay cells of their own.
        is_merged = "mso-ignore:colspan" not in (words.get("style") or "").replace(" ", "")
        opened.row.cells.append(Cell(shown, across, down, is_merged))

    def _pass_on(self, opened: _Open, shown: str, before: str) -> None:
        """Text of a table within a cell is the text of that cell, too."""
        opened.table.is_passed_on = opened.outer is not None and len(self._open) <= _DEEPEST
        if opened.outer is not None and opened.table.is_passed_on and shown:
            opened.outer.nested.add(len(opened.outer.pieces))
            opened.outer.pieces.append(before + shown.replace("\n", BREAK))


def _span(node: LexborNode, name: str, most: int) -> int:
    """The attribute's leading digits (a bad one is 1); 0 for rowspan means: to the end of the group."""
    found = _DIGITS.match(node.attributes.get(name) or "")
    return min(int(found.group(1)), most) if found else 1

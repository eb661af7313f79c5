"""What the terminal says, whole: in a window of any width, and in a pipe or log, where lines may be long.

All commands speak through this module. Text is text: no letter that a partner, file or path may have means a style;
what is set off is put in with `styled`. Nothing here knows what is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_LEAST = 16  # characters that a column which wraps has at least; with fewer its cells go below
_WIDEST = 120  # lines of prose are not longer, however wide the window is
# Control characters would move the cursor: shown as their pictures (␊ for a line's end). Halves of characters, which
# names of files may have, can't be printed.
_PICTURES = {
    **{code: 0x2400 + code for code in range(32)},
    0x7F: 0x2421,
    **dict.fromkeys([*range(128, 160), *range(0xD800, 0xE000)], 65533),
}
_PICTURES_IN_LINES = {code: picture for code, picture in _PICTURES.items() if code != ord("\n")}
Style = Literal["bold", "dim", "red", "yellow", "green", "bold green"]
# Unicode keeps these code points for a program's own use: no text has them.
_BEGINS, _ENDS = "\ufdd0", "\ufdd1"
_STYLED = re.compile(
    f"{_BEGINS}({'|'.join(sorted(get_args(Style), key=len, reverse=True))}){_BEGINS}|{_ENDS}"
)

console = Console(highlight=False, emoji=False, markup=False)


@dataclass(frozen=True)
class TableColumn:
    """A column of a table. One that `wraps` may take several lines; the others stay on one."""

    name: str
    right: bool = False
    wraps: bool = False


Row = Sequence[str]


def styled(style: Style, text: object) -> str:
    """Text that is set off, to be put into other text."""
    return f"{_BEGINS}{style}{_BEGINS}{text}{_ENDS}"


def plain(text: object) -> str:
    """What others wrote as one line: line breaks and other control characters as their pictures."""
    return str(text).translate(_PICTURES)


def _shown(text: str) -> Text:
    """Text with its styles, as the terminal library prints it."""
    made, styles, at = Text(), [""], 0
    text = text.translate(_PICTURES_IN_LINES)
    for mark in _STYLED.finditer(text):
        made.append(text[at : mark.start()], styles[-1])
        at = mark.end()
        if mark[1]:
            styles.append(mark[1])
        elif len(styles) > 1:
            styles.pop()
    return made.append(text[at:], styles[-1])


def complain(error: object) -> None:
    """Say on standard error what a person has to mend; it may have several lines."""
    typer.secho(f"sangam: {error}".translate(_PICTURES_IN_LINES), fg=typer.colors.RED, err=True)


def say(text: str, indent: int = 0, *, as_one: bool = False) -> None:
    """Print a paragraph; following lines are indented as well.

    `as_one`: leave the breaking of lines to the window, so that a path or command can be copied.
    """
    if as_one or not console.is_terminal:
        console.print(_shown(" " * indent + text.replace("\n", "\n" + " " * indent)), soft_wrap=True)
        return
    console.print(Padding(_shown(text), (0, 0, 0, indent), expand=False), width=min(console.width, _WIDEST))


def box_of(title: str, lines: Sequence[str]) -> None:
    """Print paragraphs in a frame; in a pipe without one."""
    if console.is_terminal:
        width = min(console.width, _WIDEST)
        words, head = _shown("\n".join(lines)), Text(plain(title), "bold")
        console.print(Panel(words, title=head, title_align="left", width=width))
        return
    for line in (title, *lines):
        say(line)


def show_table(columns: Sequence[TableColumn], rows: Sequence[Row], title: str = "") -> None:
    """Print a table with every cell whole.

    Beside each other where the window is wide enough, if need be with cells that wrap; else the cells of columns that
    wrap come below their row, and in the narrowest windows every cell is on a line of its own. In a pipe a row is a
    line.
    """
    if title:
        say(styled("bold", title))
    columns = [replace(column, name=plain(column.name)) for column in columns]
    cells = [[_shown(cell) for cell in row] for row in rows]
    widths = [
        max(cell_len(column.name), *(_width(row[at]) for row in cells), 0)
        for at, column in enumerate(columns)
    ]
    fixed = [at for at, column in enumerate(columns) if not column.wraps]
    if not console.is_terminal:
        _lines(columns, cells, widths, list(range(len(columns))))
    elif _fits_beside(columns, widths):
        console.print(_beside(columns, cells))
    elif 0 in fixed and sum(widths[at] + 2 for at in fixed) <= console.width + 2:
        _lines(columns, cells, widths, fixed)
    else:
        _lines(columns, cells, widths, [0])


def _width(cell: Text) -> int:
    return max((cell_len(line) for line in cell.plain.splitlines()), default=0)


def _fits_beside(columns: Sequence[TableColumn], widths: Sequence[int]) -> bool:
    least = [
        min(width, max(_LEAST, cell_len(column.name))) if column.wraps else width
        for column, width in zip(columns, widths, strict=True)
    ]
    return sum(least) + 3 * len(columns) - 1 <= console.width


def _beside(columns: Sequence[TableColumn], cells: Sequence[Sequence[Text]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        justify: JustifyMethod = "right" if column.right else "left"
        table.add_column(Text(column.name), justify=justify, no_wrap=not column.wraps, overflow="fold")
    for row in cells:
        table.add_row(*row)
    return table


def _lines(
    columns: Sequence[TableColumn],
    cells: Sequence[Sequence[Text]],
    widths: Sequence[int],
    on_line: Sequence[int],
) -> None:
    """Rows as lines: the columns `on_line` beside each other; below, with their names, the others' filled cells."""
    if len(on_line) > 1:
        _line([Text(columns[at].name, "bold") for at in on_line], columns, widths, on_line)
    name = max((cell_len(column.name) for at, column in enumerate(columns) if at not in on_line), default=0)
    for row in cells:
        _line([row[at] for at in on_line], columns, widths, on_line)
        for at, column in enumerate(columns):
            if at not in on_line and row[at].plain:
                below = Table.grid(padding=(0, 2, 0, 0))
                below.add_column(no_wrap=True, min_width=name)
                below.add_column(overflow="fold")
                below.add_row(Text(column.name, "dim"), row[at])
                console.print(Padding(below, (0, 0, 0, 4), expand=False))


def _line(
    parts: Sequence[Text], columns: Sequence[TableColumn], widths: Sequence[int], on_line: Sequence[int]
) -> None:
    line = Text()
    for part, at in zip(parts, on_line, strict=True):
        one = Text(" ").join(part.split("\n"))
        gap = " " * (widths[at] - cell_len(one.plain))
        line.append_text(Text.assemble(gap, one) if columns[at].right else Text.assemble(one, gap)).append(
            "  "
        )
    line.rstrip()
    console.print(line, soft_wrap=not console.is_terminal)

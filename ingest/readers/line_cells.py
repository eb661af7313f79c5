"""The cells of one line of delimited text: as RFC 4180 has them, or else as a careful person would cut it."""

from __future__ import annotations

import csv
import io
import re

from ingest.readers.dialect import Dialect

_MOST_QUOTES, _MOST_MERGED = 24, 64
_BUDGET = 2_000_000  # steps of weighing for a whole file: a file of nothing but stray quotes is cut plainly in the end


class LineCells:
    """Cuts lines of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        neither = f"[^{re.escape(dialect.delimiter + dialect.quote)}]"
        self._lost = re.compile(f"(?<={neither}){re.escape(dialect.quote)}(?={neither})")
        self._budget = _BUDGET
        quote, delimiter = dialect.quote, re.escape(dialect.delimiter) + " *" * dialect.pads
        self._enclosed = re.compile(
            rf"(?:^|{delimiter}){quote}(?:[^{quote}\\]|\\.|{quote}{quote})*{quote}(?={delimiter}|$)",
            re.DOTALL,
        )

    def is_bare(self, body: str) -> bool:
        """Whether a quote stands in a cell that has none around it: a doubled one, or in a file that encloses cells."""
        quote = self._dialect.quote
        if quote not in body:
            return False
        bare = self._enclosed.sub(self._dialect.delimiter, body)
        return quote * 2 in bare or (self._dialect.encloses and quote in bare)

    def plain(self, body: str) -> list[str] | None:
        """The cells of a record whose quotes are in order, `\\"` meant as a quote included; None for any other."""
        dialect = self._dialect
        if dialect.quote not in body and "\n" not in body and "\r" not in body:
            cells = body.split(dialect.delimiter)
            return [cell.lstrip(" ") for cell in cells] if dialect.pads else cells
        found = self._strictly(body)
        escaped = "\\" + dialect.quote
        if found is None and escaped in body:
            found = self._strictly(body.replace(escaped, dialect.quote * 2))
        return found

    def plain_or_parted(self, body: str, width: int) -> tuple[list[str] | None, bool]:
        """As `plain`; and whether a delimiter was put before a quoted cell (`shoes"red, large"`) to reach `width`.

        A reading without such a quote wins, also where the other has as many cells by chance.
        """
        row = self.plain(body)
        few = body.count(self._dialect.quote) <= _MOST_QUOTES
        if few and row is not None and any(self._dialect.quote in cell for cell in row):
            for lost in self._lost.finditer(body):
                cells = self._strictly(body[: lost.start()] + self._dialect.delimiter + body[lost.start() :])
                if cells is not None and len(cells) == width:
                    return cells, True
        return row, False

    def _strictly(self, body: str) -> list[str] | None:
        dialect = self._dialect
        reader = csv.reader(
            io.StringIO(body, newline=""),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            skipinitialspace=dialect.pads,
            strict=True,
        )
        try:
            rows = list(reader)
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def best(self, body: str, width: int) -> list[str]:
        """The cells of a line with stray quotes: of all ways to cut it into `width` cells the one that takes the fewest
        quotes for letters; any number of cells where none gives `width`.
        """
        dialect = self._dialect
        pieces = body.split(dialect.delimiter)
        if dialect.pads:
            pieces = [piece.lstrip(" ") for piece in pieces]
        merged = max(len(pieces) - width, 0)
        if body.count(dialect.quote) > _MOST_QUOTES or merged > _MOST_MERGED or self._budget <= 0:
            return [self._single(piece)[1] for piece in pieces]
        return self._weighed(pieces, merged if width else _MOST_MERGED, exact=bool(width))

    def _weighed(self, pieces: list[str], merged: int, exact: bool) -> list[str]:
        quote, join = self._dialect.quote, self._dialect.delimiter.join
        ends = [place for place, piece in enumerate(pieces) if piece.endswith(quote)]
        # Per place: delimiters taken for text so far → least cost, and the cell that leads there.
        ways: list[dict[int, tuple[int, int, str]]] = [{} for _ in range(len(pieces) + 1)]
        ways[0][0] = (0, -1, "")
        for place, piece in enumerate(pieces):
            options = [(place, *self._single(piece))]
            if piece.startswith(quote):
                for end in (e for e in ends if place < e <= place + merged):
                    whole = join(pieces[place : end + 1])
                    options.append((end, self._strays(whole[1:-1]), self._inner(whole)))
            for taken, (cost, _, _) in ways[place].items():
                for end, extra, cell in options:
                    self._budget -= 1
                    now = taken + end - place
                    known = ways[end + 1].get(now)
                    if now <= merged and (known is None or cost + extra < known[0]):
                        ways[end + 1][now] = (cost + extra, place, cell)
        last = ways[-1]
        taken = merged if exact and merged in last else min(last, key=lambda count: (last[count][0], count))
        cells, at = [], len(pieces)
        while at:
            _, before, cell = ways[at][taken]
            cells.append(cell)
            taken, at = taken - (at - 1 - before), before
        return cells[::-1]

    def _single(self, piece: str) -> tuple[int, str]:
        """What it costs to take a piece for a cell, and the cell."""
        quote = self._dialect.quote
        if quote not in piece:
            return 0, piece
        if len(piece) > 1 and piece.startswith(quote) and piece.endswith(quote):
            return self._strays(piece[1:-1]), self._inner(piece)
        return (2 if piece.startswith(quote) else 1), piece

    def _strays(self, inner: str) -> int:
        quote = self._dialect.quote
        return inner.replace(quote * 2, "").count(quote)

    def _inner(self, cell: str) -> str:
        return cell[1:-1].replace(self._dialect.quote * 2, self._dialect.quote)

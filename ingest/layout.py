"""From cells to tables: the part of a sheet, page or dump that a contract calls a table.

Finds headers (one to three rows, merged cells carried), leaves out titles, blank rows and notes, sets subtotal
rows apart. What the cells mean is the business of `judging`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.model import Layout, Source, Table, Totals
from ingest.errors import Refused
from ingest.headers import Found, HeaderMatch, match_form, match_header, require
from ingest.readers import Chunk

_HEADER_SEARCH_ROWS = 60
_DITTO = pa.array(["-do-", "do", '"', "”", "〃", '-"-', "'' ''"])


@dataclass(frozen=True)
class Piece:
    """Records of one table: text cells under the contract's names, each record with its row in the file."""

    table: str
    columns: tuple[Found, ...]
    cells: pa.RecordBatch
    rows: np.ndarray
    totals: tuple[tuple[Totals, pd.DataFrame], ...] = ()  # subtotal rows, columns as `cells`
    places: dict[str, str] = field(default_factory=dict)  # name: column letter as a person sees it


def pieces(chunks: Iterable[Chunk], source: Source, file: str) -> Iterator[Piece]:
    """The contract's tables in a file, in file order; a big dump table comes in several pieces.

    Raises Refused: missing_table, missing_column, wrong_format.
    """
    seen: set[str] = set()
    others: list[str] = []
    best: HeaderMatch | None = None
    best_table = ""
    for chunk in chunks:
        used = False
        for name, table in source.tables.items():
            if not _may_be(chunk, name, table):
                continue
            here = chunk.table.strip() if table.layout.each_sheet else name
            result = (
                _from_grid(chunk, here, table, file) if chunk.is_grid else _named(chunk, here, table, file)
            )
            _insist(result, here, table, file)
            if isinstance(result, Piece):
                used = True
                seen.add(here)
                yield result
            elif result is not None and (best is None or len(result.found) > len(best.found)):
                best, best_table = result, name
        if not used:
            _no_stranger(chunk, source, file)
            others.append(chunk.table)
    missing = [name for name in source.tables if name not in {source.template(table) for table in seen}]
    if missing and best is not None and best_table in missing:
        require(best, source.tables[best_table], best_table, file)
    if missing:
        there = (
            f"It has: {', '.join(sorted(seen | set(others)))}."
            if seen or others
            else "It has no table at all."
        )
        raise Refused(
            "missing_table",
            f"{file}: {'table' if len(missing) == 1 else 'tables'} {', '.join(repr(m) for m in missing)} not found. "
            f"{there} Export it again with every table of the contract.",
        )


def _may_be(chunk: Chunk, name: str, table: Table) -> bool:
    if table.layout.sheet:
        return re.fullmatch(table.layout.sheet, chunk.table.strip(), re.I) is not None
    return chunk.is_grid or match_form(chunk.table) == match_form(name)


def _insist(result: Piece | HeaderMatch | None, name: str, table: Table, file: str) -> None:
    """Where every sheet or every table of a page counts, none may be passed over for its header."""
    if isinstance(result, HeaderMatch) and (table.layout.each_sheet or table.layout.every_table):
        require(result, table, name, file)
    if result is None and table.layout.each_sheet:
        raise Refused(
            "missing_table",
            f"{file}: sheet '{name}' has no table with the columns {', '.join(table.columns)}. Fill it in, or take the "
            "sheet out.",
        )


def _no_stranger(chunk: Chunk, source: Source, file: str) -> None:
    """Where every sheet of a kind counts, one of that kind under a name nobody expects would be lost silently."""
    for name, table in source.tables.items():
        if table.layout.each_sheet and isinstance(_from_grid(chunk, name, table, file), Piece):
            raise Refused(
                "wrong_format",
                f"{file}: nobody knows the sheet '{chunk.table}', which looks like the others; sheets are named like "
                f"{table.layout.sheet}. Rename it, or take it out.",
            )


def _named(chunk: Chunk, name: str, table: Table, file: str) -> Piece:
    found = require(match_header(chunk.cells.schema.names, table), table, name, file)
    cells = pa.RecordBatch.from_arrays(
        [chunk.cells.column(f.position) for f in found], [f.name for f in found]
    )
    return _complete(Piece(name, found, cells, chunk.rows), table, chunk, file)


def _frame(chunk: Chunk) -> pd.DataFrame:
    frame = chunk.cells.to_pandas().astype(object)
    frame.columns = range(frame.shape[1])
    frame = frame.where(frame.notna(), None)
    for top, left, bottom, right in chunk.spans:
        frame.iloc[top : bottom + 1, left : right + 1] = frame.iat[top, left]
    return frame


def _labels(frame: pd.DataFrame, top: int, rows: int) -> list[str | None]:
    """Header labels over `rows` rows: the different ones joined as upper/lower."""
    block = frame.iloc[top : top + rows].to_numpy()
    joined: list[str | None] = []
    for column in range(block.shape[1]):
        parts: list[str] = []
        for cell in block[:, column]:
            if (
                cell is not None
                and str(cell).strip()
                and (not parts or match_form(parts[-1]) != match_form(cell))
            ):
                parts.append(str(cell).strip())
        joined.append("/".join(parts) or None)
    return joined


def _find_header(frame: pd.DataFrame, table: Table) -> tuple[int, HeaderMatch] | None:
    """The row where the header starts and what it matches: the one with most columns of the contract."""
    depth = table.layout.header_rows
    best: tuple[int, HeaderMatch] | None = None
    for top in range(min(len(frame), _HEADER_SEARCH_ROWS)):
        match = match_header(_labels(frame, top, depth), table)
        if match.found and (best is None or len(match.found) > len(best[1].found)):
            best = (top, match)
            if not (match.missing or match.unknown or match.twice):
                break
    return best


def _from_grid(chunk: Chunk, name: str, table: Table, file: str) -> Piece | HeaderMatch | None:
    """The table's piece; or how far its header was found; or None where nothing resembles it."""
    frame, rows, layout = _frame(chunk), np.asarray(chunk.rows), table.layout
    if layout.after:
        hits = frame.map(lambda c: c is not None and re.search(layout.after, str(c).strip()) is not None).any(
            axis=1
        )
        if not hits.any():
            return None
        start = int(hits.to_numpy().argmax()) + 1
        frame, rows = frame.iloc[start:], rows[start:]
    if layout.columns:
        found = tuple(Found(c, table.columns[c], i, c) for i, c in enumerate(layout.columns))
        body_at = 0
    else:
        header = _find_header(frame, table)
        if header is None or len(header[1].found) * 2 < len(
            [c for c in table.columns.values() if not c.optional and not c.from_context]
        ):
            return header[1] if header else None
        found = require(header[1], table, name, file)
        body_at = header[0] + layout.header_rows
    body, body_rows = _records(frame.iloc[body_at:], rows[body_at:], layout)
    body = body[[f.position for f in found]].set_axis([f.name for f in found], axis=1)
    return _piece(name, table, found, body, body_rows, chunk, file)


def _records(body: pd.DataFrame, rows: np.ndarray, layout: Layout) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows that hold something and are no notes; up to the first blank one where the block ends there."""
    blank = np.logical_and.reduce([_text(body[column])[1] for column in body.columns])
    keep = ~blank
    if layout.until_blank and blank.any():
        keep[int(blank.argmax()) :] = False
    if layout.not_records:
        first = body.bfill(axis=1).iloc[:, 0].astype("string").str.strip()
        keep &= ~first.str.contains(layout.not_records, regex=True, na=False).to_numpy()
    return body[keep].reset_index(drop=True), rows[keep]


def _piece(
    name: str,
    table: Table,
    found: Sequence[Found],
    body: pd.DataFrame,
    rows: np.ndarray,
    chunk: Chunk,
    file: str,
) -> Piece:
    for column in (c for c in body.columns if len(body)):
        body[column] = _repeated(body[column], fill_blank=column in table.layout.fill_down)
    totals: list[tuple[Totals, pd.DataFrame]] = []
    for total in table.layout.totals:
        label = body[total.column].astype("string").map(match_form, na_action="ignore")
        is_total = label.str.fullmatch(total.label, flags=re.I).fillna(False).to_numpy(bool)
        if is_total.any():
            totals.append((total, body[is_total].copy()))
            body, rows = body[~is_total].reset_index(drop=True), rows[~is_total]
    cells = pa.RecordBatch.from_arrays(
        [pa.array(body[f.name].tolist(), pa.string()) for f in found], [f.name for f in found]
    )
    return _complete(Piece(name, tuple(found), cells, rows, tuple(totals)), table, chunk, file)


def _text(cells: pd.Series) -> tuple[pa.Array, np.ndarray]:
    """Cells without the white space around them, and where there is nothing else."""
    text = pc.utf8_trim_whitespace(pa.array(cells.to_numpy(object), pa.string()))
    return text, pc.equal(pc.fill_null(text, ""), "").to_numpy(zero_copy_only=False)


def _repeated(cells: pd.Series, *, fill_blank: bool) -> pd.Series:
    """`-do-` under a filled cell repeats the cell above, and so does a blank one where `fill_blank`."""
    text, blank = _text(cells)
    ditto = pc.is_in(pc.utf8_lower(text), value_set=_DITTO).to_numpy(zero_copy_only=False)
    again = ditto | (blank & fill_blank)
    if not again.any():
        return cells
    # The row each cell is taken from; a blank cell that is not filled is a source too, of nothing.
    above = np.maximum.accumulate(np.where(again, -1, np.arange(len(cells))))
    has_source = (above >= 0) & ~blank[above]
    filled = cells.to_numpy(object)
    return pd.Series(np.where(again & has_source, filled[above], filled), index=cells.index, dtype=object)


def _complete(piece: Piece, table: Table, chunk: Chunk, file: str) -> Piece:
    """Add the columns that come from the file's name, the sheet, the heading or a title row, and, empty, the
    optional ones the file does not have: rules and mappings name them.
    """
    found, arrays, names = list(piece.columns), list(piece.cells.columns), list(piece.cells.schema.names)
    absent = {n: c for n, c in table.columns.items() if n not in names and not c.header_like}
    if not absent:
        return piece
    for name, column in absent.items():
        value = _context_value(column.from_context, chunk, file) if column.from_context else None
        found.append(Found(name, column, -1, column.from_context))
        arrays.append(pa.array([value] * len(piece.rows), pa.string()))
        names.append(name)
    cells = pa.RecordBatch.from_arrays(arrays, names)
    return Piece(piece.table, tuple(found), cells, piece.rows, piece.totals, piece.places)


def _beside(pattern: str, chunk: Chunk) -> str | None:
    """The next filled cell right of the first title cell that matches."""
    for row in chunk.cells.slice(0, _HEADER_SEARCH_ROWS).to_pylist():
        cells = [str(cell) for cell in row.values() if cell and str(cell).strip()]
        at = next((i for i, cell in enumerate(cells) if re.search(pattern, cell, re.I)), None)
        if at is not None:
            return cells[at + 1] if at + 1 < len(cells) else None
    return None


def _context_value(word: str, chunk: Chunk, file: str) -> str | None:
    kind, _, pattern = word.partition(":")
    if kind == "heading":
        return chunk.heading or None
    if kind == "sheet":
        return chunk.table
    if kind == "beside":
        return _beside(pattern, chunk)
    if kind == "file":
        match = re.search(pattern, file)
    else:
        cells = (
            str(c)
            for column in chunk.cells.slice(0, _HEADER_SEARCH_ROWS).columns
            for c in column.to_pylist()
            if c
        )
        match = next((m for m in (re.search(pattern, cell) for cell in cells) if m), None)
    return (match.group(1) if match.groups() else match.group(0)) if match else None

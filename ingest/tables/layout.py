"""From cells to tables: the part of a sheet, page or dump that a contract calls a table.

Finds headers (one to three rows, merged cells carried); which rows below are records is in `body`. What the cells
mean is the business of `judging`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.source import Source
from ingest.contracts.table import Table
from ingest.errors import Refused
from ingest.readers import Chunk
from ingest.tables.body import as_piece, records, without_totals
from ingest.tables.candidates import Candidates
from ingest.tables.context import HEADER_SEARCH_ROWS, complete
from ingest.tables.headers import Found, HeaderMatch, match_form, match_header, require
from ingest.tables.noted import noted
from ingest.tables.piece import Piece

_DUMPS = {"mysqldump", "pg_dump"}
# Of sheets, notes stand beside the table; a page's row with more cells than the header is one with a lost border.
_PAGES = {"html"}


def pieces(
    chunks: Iterable[Chunk], source: Source, file: str, candidates: Candidates | None = None
) -> Iterator[Piece]:
    """The contract's tables in a file, in file order; a big dump table comes in several pieces.

    `candidates` keeps which of a zip's members they are from.

    Raises Refused: missing_table, missing_column, too_few_records, wrong_format.
    """
    seen: dict[str, int] = {}  # records by delivered table
    others: list[str] = []
    best: HeaderMatch | None = None
    best_table = ""
    candidates = candidates or Candidates(source, file)
    for chunk in chunks:
        used = False
        for name, table in source.tables.items():
            if not _may_be(chunk, name, table) or not candidates.is_meant(chunk, name):
                continue
            here = chunk.table.strip() if table.layout.each_sheet else name
            result = (
                _from_grid(chunk, here, table, file, source)
                if chunk.is_grid
                else _named(chunk, here, table, file, source)
            )
            _insist(result, here, table, file)
            if isinstance(result, Piece):
                used = True
                candidates.note(chunk, name)
                seen[here] = seen.get(here, 0) + len(result.rows)
                yield result
            elif result is not None and (best is None or len(result.found) > len(best.found)):
                best, best_table = result, name
        if not used:
            _no_stranger(chunk, source, file)
            others.append(chunk.full_name)
    missing = [name for name in source.tables if name not in {source.template(table) for table in seen}]
    if missing and best is not None and best_table in missing:
        require(best, source.tables[best_table], best_table, file)
    if missing:
        there = (
            f"It has: {', '.join(sorted({*seen, *others}))}." if seen or others else "It has no table at all."
        )
        raise Refused(
            "missing_table",
            f"{file}: {'table' if len(missing) == 1 else 'tables'} {', '.join(repr(m) for m in missing)} not found. "
            f"{there} Export it again with every table of the contract.",
        )
    _enough(seen, source, file)


def _enough(seen: Mapping[str, int], source: Source, file: str) -> None:
    """Raises Refused where a table has fewer records than its contract says it must have."""
    for name, table in source.tables.items():
        count = sum(records for here, records in seen.items() if source.template(here) == name)
        if count < table.at_least:
            raise Refused(
                "too_few_records",
                f"{file}: table '{name}' has {count:,} records, expected are at least {table.at_least:,}. The export "
                "is damaged or was made too early, or rows were left out; export it again with all records.",
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
        if table.layout.each_sheet and isinstance(_from_grid(chunk, name, table, file, source), Piece):
            raise Refused(
                "wrong_format",
                f"{file}: nobody knows the sheet '{chunk.table}', which looks like the others; sheets are named like "
                f"{table.layout.sheet}. Rename it, or take it out.",
            )


def _named(chunk: Chunk, name: str, table: Table, file: str, source: Source) -> Piece:
    found = require(match_header(_delivered_labels(chunk), table), table, name, file)
    cells = pa.RecordBatch.from_arrays(
        [chunk.cells.column(f.position) for f in found], [f.name for f in found]
    )
    unread = [chunk.cells.schema.names[f.position] for f in found]
    if lost := [column for column in unread if column in chunk.unread]:
        raise Refused(
            "unreadable_file",
            f"{file}: table '{name}', column '{lost[0]}' has {chunk.unread[lost[0]]}, where the file should "
            f"have a text or number. Export the table again with its values, '{lost[0]}' as text.",
        )
    piece = Piece(name, found, cells, chunk.rows)
    if not set(source.format) <= _DUMPS:  # a database has no total rows
        piece = without_totals(piece, table, source.vocabularies)
    return complete(noted(piece, table, chunk), table, chunk, file)


def _delivered_labels(chunk: Chunk) -> list[str | None]:
    """The header as delivered; a column without label and without any cell is none."""
    names = chunk.cells.schema.names
    if not any(chunk.labels):
        return list(names)
    return [
        label or (name if pc.any(pc.not_equal(chunk.cells.column(place), "")).as_py() else None)
        for place, (label, name) in enumerate(zip(chunk.labels, names, strict=True))
    ]


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
    for top in range(min(len(frame), HEADER_SEARCH_ROWS)):
        match = match_header(_labels(frame, top, depth), table)
        if match.found and (best is None or len(match.found) > len(best[1].found)):
            best = (top, match)
            if not (match.missing or match.unknown or match.twice):
                break
    return best


def _from_grid(
    chunk: Chunk, name: str, table: Table, file: str, source: Source
) -> Piece | HeaderMatch | None:
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
        body_at, width = 0, len(layout.columns)
    else:
        header = _find_header(frame, table)
        if header is None or len(header[1].found) * 2 < len(
            [c for c in table.columns.values() if not c.optional and not c.from_context]
        ):
            return header[1] if header else None
        found = require(header[1], table, name, file)
        body_at = header[0] + layout.header_rows
        width = _width(_labels(frame, header[0], layout.header_rows))
    body, body_rows = records(frame.iloc[body_at:], rows[body_at:], layout)
    beyond = body_rows[_is_filled(body.iloc[:, width:])] if _PAGES & set(source.format) else body_rows[:0]
    body = body[[f.position for f in found]].set_axis([f.name for f in found], axis=1)
    piece = as_piece(name, table, found, body, body_rows, chunk, file, source.vocabularies)
    return noted(piece, table, chunk, beyond)


def _width(labels: list[str | None]) -> int:
    """Columns up to the last that has a label."""
    return max(place for place, label in enumerate(labels, 1) if label)


def _is_filled(cells: pd.DataFrame) -> np.ndarray:
    """Rows with text in some cell."""
    return cells.map(lambda cell: bool(cell and cell.strip())).any(axis=1).to_numpy(bool)

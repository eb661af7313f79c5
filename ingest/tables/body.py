"""Rows below a header → records: blank rows, notes and total rows apart, `-do-` and merged blanks filled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.table import Layout, Table, Totals
from ingest.readers import Chunk
from ingest.tables.apart import set_apart, suspects
from ingest.tables.context import complete
from ingest.tables.headers import Found, match_form
from ingest.tables.piece import Piece

_LAST_ROW = 1 << 62
_DITTO = pa.array(["-do-", "do", '"', "”", "〃", '-"-', "'' ''"])


def records(body: pd.DataFrame, rows: np.ndarray, layout: Layout) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows that hold something and are no notes; up to the first blank one where the block ends there."""
    blank = np.logical_and.reduce([_text(body[column])[1] for column in body.columns])
    keep = ~blank
    if layout.until_blank and blank.any():
        keep[int(blank.argmax()) :] = False
    if layout.not_records:
        first = body.bfill(axis=1).iloc[:, 0].astype("string").str.strip()
        keep &= ~first.str.contains(layout.not_records, regex=True, na=False).to_numpy()
    return body[keep].reset_index(drop=True), rows[keep]


def as_piece(
    name: str,
    table: Table,
    found: Sequence[Found],
    body: pd.DataFrame,
    rows: np.ndarray,
    chunk: Chunk,
    file: str,
    vocabularies: Mapping[str, Any],
) -> Piece:
    """The records of a table with total rows set apart, and the columns that stand outside them."""
    taken = np.zeros(len(body), bool)
    described = []
    for total in table.layout.totals:  # the first that fits has the row
        mask = _labelled(body, total) & ~taken
        described.append((total, mask))
        taken |= mask
    apart = set_apart(body, rows, found, table, vocabularies, taken) if len(body) else None
    for column in (c for c in body.columns if len(body)):
        body[column] = _repeated(body[column], fill_blank=column in table.layout.fill_down)
    totals = tuple((total, body[mask].copy()) for total, mask in described if mask.any())
    if apart:
        taken |= apart.mask
    if taken.any():
        body, rows = body[~taken].reset_index(drop=True), rows[~taken]
    cells = pa.RecordBatch.from_arrays(
        [pa.array(body[f.name].tolist(), pa.string()) for f in found], [f.name for f in found]
    )
    piece = Piece(name, tuple(found), cells, rows, totals, sums=apart.sums if apart else ())
    return complete(piece, table, chunk, file)


def without_totals(piece: Piece, table: Table, vocabularies: Mapping[str, Any]) -> Piece:
    """A piece of a delimited file without the total rows that stand below its records."""
    arrays = {f.name: piece.cells.column(f.name) for f in piece.columns}
    looked_at = suspects(arrays, piece.columns, table)
    if not looked_at.any():
        return piece
    body = piece.cells.to_pandas().astype(object)
    nothing = np.zeros(len(body), bool)
    apart = set_apart(body, piece.rows, piece.columns, table, vocabularies, nothing, looked_at, merges=False)
    kept = piece.cells.filter(pa.array(~apart.mask))
    # A total may add up records of pieces before and after this one.
    sums = tuple(replace(one, first=0, last=_LAST_ROW) for one in apart.sums)
    return replace(piece, cells=kept, rows=piece.rows[~apart.mask], sums=sums)


def _labelled(body: pd.DataFrame, total: Totals) -> np.ndarray:
    """The rows that the contract's words make total rows."""
    label = body[total.column].astype("string").map(match_form, na_action="ignore")
    return label.str.fullmatch(total.label, flags=re.I).fillna(False).to_numpy(bool)


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

"""Rows below a header → records: blank rows, notes and total rows apart, `-do-` and merged blanks filled."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.table import Layout, Table, Totals
from ingest.readers import Chunk
from ingest.tables.context import complete
from ingest.tables.headers import Found, match_form
from ingest.tables.piece import Piece

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
) -> Piece:
    """The records of a table with total rows set apart, and the columns that stand outside them."""
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
    return complete(Piece(name, tuple(found), cells, rows, tuple(totals)), table, chunk, file)


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

"""Records of one table as a file has them: what layout hands to judging."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ingest.contracts.table import Totals
from ingest.tables.headers import Found


@dataclass(frozen=True)
class Noted:
    """A reason code about a record, by its position in the piece, or about one of its columns."""

    place: int
    code: str
    column: str = ""


@dataclass(frozen=True)
class Sums:
    """A total row that no contract describes: its figures as delivered, and between which rows it may add up.

    `since`: the first row after the total before it; `first` and `last`: of all rows.
    """

    column: str  # where its label stands
    label: str
    figures: dict[str, str]
    row: int
    since: int
    first: int
    last: int


@dataclass(frozen=True)
class Piece:
    """Records of one table: text cells under the contract's names, each record with its row in the file."""

    table: str
    columns: tuple[Found, ...]
    cells: pa.RecordBatch
    rows: np.ndarray
    totals: tuple[tuple[Totals, pd.DataFrame], ...] = ()  # subtotal rows, columns as `cells`
    noted: tuple[Noted, ...] = ()  # what is said of records beside their cells
    sums: tuple[Sums, ...] = ()  # total rows that the contract has no words for

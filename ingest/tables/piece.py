"""Records of one table as a file has them: what layout hands to judging."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from ingest.contracts.table import Totals
from ingest.tables.headers import Found


@dataclass(frozen=True)
class Piece:
    """Records of one table: text cells under the contract's names, each record with its row in the file."""

    table: str
    columns: tuple[Found, ...]
    cells: pa.RecordBatch
    rows: np.ndarray
    totals: tuple[tuple[Totals, pd.DataFrame], ...] = ()  # subtotal rows, columns as `cells`
    doubts: Mapping[int, str] = field(default_factory=dict)  # by position: why a record cannot be trusted

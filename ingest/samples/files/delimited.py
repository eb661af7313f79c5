"""Delimited text with faulty records among sound ones, built column by column, without a loop over rows.

Which columns and faults a table has is said by the programmes.
"""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.samples.arrays import Ints
from ingest.samples.truth import defects
from ingest.samples.truth.defects import Bad, Layout, Spoil
from ingest.samples.truth.drop_truth import TableTruth

Cells = Mapping[str, pa.Array]


@dataclass(frozen=True)
class Mixed:
    """A table ready to be written: its cells in the file's order, and where sound and faulty records stand."""

    cells: dict[str, pa.Array]
    bad: Bad
    layout: Layout
    key: tuple[str, ...]

    def outcome(self) -> TableTruth:
        """What is expected of the table, warnings apart."""
        return TableTruth(len(self.layout.is_bad), defects.findings(self.bad, self.layout, self.key))

    def lost(self, but: str = "") -> list[str]:
        """Keys that no accepted record has, without those of records one of whose reasons holds `but`."""
        keep = ~self.bad.reasons.str.contains(but) if but else self.bad.reasons.notna()
        return defects.lost_keys(self.bad.rows[keep], self.bad.reasons[keep], self.key)


def mix(
    rows: Ints,
    render: Callable[[Ints], Cells],
    renew: Callable[[pd.DataFrame], pd.DataFrame],
    kinds: Sequence[Spoil],
    key: tuple[str, ...],
    rng: np.random.Generator,
    lost: Mapping[str, Sequence[str]] | None = None,
) -> Mixed:
    """The sound records `rows` of a world with faulty ones of every kind and exact duplicates among them.

    `render` writes records of the world, `renew` gives such records keys that no other record has.
    """
    each = defects.how_many(len(rows), len(kinds))

    def fresh(n: int) -> pd.DataFrame:
        return renew(frame_of(render(rng.choice(rows, n, replace=n > len(rows)))))

    planted, reasons = defects.plant(kinds, each, fresh, lost or {})
    copies = np.sort(
        rng.choice(len(rows), min(each + defects.are_planted(), len(rows)), replace=False)
    ).astype(np.int64)
    twins = frame_of(render(rows[copies]))
    bad = Bad(
        pd.concat([planted, twins], ignore_index=True),
        pd.concat([reasons, pd.Series(["exact_duplicate"] * len(twins), dtype=object)], ignore_index=True),
        np.concatenate([np.full(len(planted), -1), copies]).astype(np.int64),
    )
    layout = defects.lay_out(len(rows), len(bad.rows), rng)
    place = np.empty(len(layout.is_bad), dtype=np.int64)
    place[layout.good_at] = np.arange(len(rows))
    place[layout.bad_at] = len(rows) + np.arange(len(bad.rows))
    order = pa.array(place)
    cells = {
        name: pa.concat_arrays([texts, texts_of(bad.rows[name])]).take(order)
        for name, texts in render(rows).items()
    }
    return Mixed(cells, bad, layout, key)


def frame_of(cells: Cells) -> pd.DataFrame:
    """The cells as a frame of texts and None."""
    return pd.DataFrame({name: texts.to_pandas().astype(object) for name, texts in cells.items()})


def texts_of(values: pd.Series) -> pa.Array:
    """A column of texts; whatever is missing becomes null."""
    return pa.array(values.where(values.notna(), None), pa.string())


def csv_text(
    cells: Cells, headers: Mapping[str, str], sep: str, *, quote_all: bool, end: str = "\r\n"
) -> str:
    """The whole file as text; columns in the order of `headers` (column to spelling). Null becomes empty."""
    parts = [_quoted(pc.fill_null(cells[name], ""), sep, quote_all) for name in headers]
    mark = '"' if quote_all else ""
    lines = pc.binary_join_element_wise(*parts, sep)
    head = sep.join(f"{mark}{header}{mark}" for header in headers.values())
    return end.join([head, *lines.to_pylist(), ""])


def _quoted(texts: pa.Array, sep: str, quote_all: bool) -> pa.Array:
    doubled = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    if quote_all:
        return doubled
    needed = pc.match_substring_regex(texts, '["\r\n' + sep + "]")
    return pc.if_else(needed, doubled, texts)


def write_zip(path: Path, files: Mapping[str, bytes], at: tuple[int, int, int, int, int, int]) -> None:
    """A zip with the given files, the same byte for byte; `at` is the time they carry."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, at)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            out.writestr(info, content, compresslevel=6)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())

"""Rows below a header that are no records: totals, subtotals, averages, notes, a header printed again.

A row is set apart by what it says (`summary_words`) where its place agrees, or by arithmetic: it has no record's texts
and its figures are the sums of rows above. Everything in doubt stays a record, and judging says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.table import Table
from ingest.contracts.vocabularies import VOCABULARY_SEPARATOR, match_spelling, spellings
from ingest.tables.headers import Found, match_form
from ingest.tables.piece import Sums
from ingest.tables.summary_words import LIKE_A_NOTE, LIKE_A_TOTAL, begins_a_note, label_form, label_of

_PROBED = 4  # columns from the left in which labels and notes stand, beside the key
_NUMBERS = ("integer", "number")
_NOT_OF_A_NUMBER = re.compile(r"^[^0-9\-]+|/[-–]\s*$|[^0-9.\-]")
_DIGITS = {zero + n: str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xCE6, 0xD66) for n in range(10)}
_MANY = 2000  # rows with hardly a cell on the left: more are how the table is, and the last few are looked at
_LAST = 20
_FIRST_NUMBER = pa.array(["1", "(1)", "1.", "1)"])  # of a row that numbers the columns


@dataclass(frozen=True)
class Apart:
    """Which rows are no records, and the control totals among them."""

    mask: np.ndarray
    sums: tuple[Sums, ...]


def set_apart(
    body: pd.DataFrame,
    rows: np.ndarray,
    found: Sequence[Found],
    table: Table,
    vocabularies: Mapping[str, Any],
    passed_over: np.ndarray,
    looked_at: np.ndarray | None = None,
    merges: bool = True,
) -> Apart:
    """Look at the rows below a header. `passed_over`: rows that the contract's own words for totals take.

    `rows`: each row's place in the file. `looked_at`: the rows to look at, where that is known already. `merges`:
    whether one cell may stand over a row; without that, alike cells are a record's own.
    """
    sheet = _Sheet(body, rows, found, table, vocabularies, passed_over, merges)
    if looked_at is None:
        arrays = {name: pa.array(column, pa.string()) for name, column in sheet.columns.items()}
        looked_at = suspects(arrays, found, table) | passed_over
        looked_at[:1] = True
    for at in np.flatnonzero(looked_at).tolist():
        if passed_over[at]:
            sheet.group_ends(at)
        elif sheet.is_note(at):
            sheet.apart[at] = True
        elif (column := sheet.summary_column(at)) is not None:
            sheet.add_summary(at, column)
    return Apart(sheet.apart & ~passed_over, tuple(sheet.sums))


def suspects(arrays: Mapping[str, pa.Array], found: Sequence[Found], table: Table) -> np.ndarray:
    """Rows worth a look: a word of totals, a blank key, or hardly a cell filled in the columns on the left.

    `arrays`: the columns by their names in the contract.
    """
    labels = {f.name: match_form(f.label) for f in found}
    keys = _keys(found, table)
    probed = list(dict.fromkeys([*_texts(found, table)[:_PROBED], *keys]))
    suspect = np.zeros(len(next(iter(arrays.values()), ())), bool)
    if not probed:
        return suspect
    cells = {n: pc.fill_null(pc.utf8_trim_whitespace(arrays[n]), "") for n in probed}
    blank = {n: _is(pc.equal(column, "")) for n, column in cells.items()}
    filled = np.sum([~column for column in blank.values()], axis=0)
    suspect |= _is(pc.is_in(cells[probed[0]], value_set=_FIRST_NUMBER))
    for name in probed:
        suspect |= _is(pc.match_substring_regex(cells[name], LIKE_A_TOTAL))
        suspect |= _is(pc.equal(pc.utf8_lower(cells[name]), labels[name]))
    suspect |= _is(pc.match_substring_regex(cells[probed[0]], LIKE_A_NOTE))
    if len(probed) > 1:
        first, *others = (cells[name] for name in probed[:3])
        suspect |= np.logical_and.reduce([_is(pc.equal(first, o)) for o in others]) & (filled > 1)
    bare = np.logical_or.reduce([filled <= 1, *(blank[name] for name in keys)])
    if bare.sum() > _MANY:
        bare[:-_LAST] = False
    return suspect | bare


def _texts(found: Sequence[Found], table: Table) -> list[str]:
    """Columns in which labels and notes may stand."""
    return [f.name for f in found if f.column.type not in _NUMBERS or f.name in table.key]


def _keys(found: Sequence[Found], table: Table) -> list[str]:
    names = {f.name for f in found}
    return [name for name in table.key if name in names and name not in table.layout.fill_down]


class _Sheet:
    """The rows of one table while they are looked at, from the top."""

    def __init__(
        self,
        body: pd.DataFrame,
        rows: np.ndarray,
        found: Sequence[Found],
        table: Table,
        vocabularies: Mapping[str, Any],
        passed_over: np.ndarray,
        merges: bool,
    ) -> None:
        self.rows, self.table, self.merges = rows, table, merges
        self.columns = {name: body[name].to_numpy(object) for name in body.columns}
        self.found = {f.name: f for f in found}
        self.texts, self.keys = _texts(found, table), _keys(found, table)
        self.numbers = [name for name in self.found if name not in self.texts]
        self.vocabularies, self.passed_over = vocabularies, passed_over
        self.known: dict[str, set[str]] = {}
        self.apart = passed_over.copy()
        self.sums: list[Sums] = []
        self.start = 0  # of the rows since the last total
        self.figures: np.ndarray | None = None
        self.above = self.taken = self.filled = np.zeros(0)

    def cells(self, at: int) -> dict[str, str]:
        """The filled cells of a row."""
        row = ((name, column[at]) for name, column in self.columns.items())
        return {n: text for n, c in row if isinstance(c, str) and (text := c.strip())}

    def is_note(self, at: int) -> bool:
        """A line of text below or between records: one text, alone or over the row; a header or its numbers again."""
        cells = self.cells(at)
        if len(self.columns) < 3 or not cells:
            return False
        values = list(cells.values())
        if self._is_header(cells):
            return True
        text = values[0]
        if label_of(text).is_bare:
            return False
        if len(set(values)) > 1:  # such as who prepared and who checked it
            figures = any(character.isdecimal() for n in self.numbers for character in cells.get(n, ""))
            return begins_a_note(text, marks=False) and not figures and not self._has_a_records_key(cells)
        is_text = re.search(r"[^\W\d_]", text) is not None and not self._is_value(next(iter(cells)), text)
        if len(values) >= 3:  # a cell over the row
            return self.merges and is_text and not label_of(text).is_total
        return len(values) == 1 and is_text and (begins_a_note(text) or self._is_a_sentence(*cells.items()))

    def _is_header(self, cells: dict[str, str]) -> bool:
        labels = {n: match_form(self.found[n].label) for n in cells}
        again = [match_form(c) in (labels[n], labels[n].rpartition("/")[2]) for n, c in cells.items()]
        if len(again) > 1 and all(again):
            return True
        digits = [re.fullmatch(r"\(?(\d{1,3})[.)]?", cell) for cell in cells.values()]
        numbered = [int(d.group(1)) for d in digits if d]
        is_full = len(cells) == len(self.columns) and len(cells) > 3
        return is_full and numbered == list(range(1, len(cells) + 1))

    def _is_a_sentence(self, cell: tuple[str, str]) -> bool:
        name, text = cell
        column = self.found[name].column
        return len(text.split()) > 2 and (column.type != "text" or bool(column.vocabulary or column.pattern))

    def _is_value(self, name: str, cell: str) -> bool:
        """Whether the cell is a code of its column: of its vocabulary, or of its shape."""
        column = self.found[name].column
        if column.pattern:
            return re.fullmatch(column.pattern, cell) is not None
        if not column.vocabulary:
            return False
        if name not in self.known:
            known = spellings(column, self.vocabularies)
            self.known[name] = {spelling.rpartition(VOCABULARY_SEPARATOR)[2] for spelling in known}
        return match_spelling(cell) in self.known[name]

    def summary_column(self, at: int) -> str | None:
        """The column whose cell labels the row as a total or an average; none for a record."""
        cells = self.cells(at)
        if self._has_a_records_key(cells):
            return None
        labels = {n: label_of(c) for n, c in cells.items() if n in self.texts and not self._is_value(n, c)}
        labels = {n: label for n, label in labels.items() if label.speaks}
        for name, label in labels.items():
            is_key = name in self.keys and not label.may_be_a_name
            if label.is_bare and (is_key or self._lacks(cells, cells[name])):
                return name
        for name, label in labels.items():
            if self._agrees(at, name, label.of, cells):
                return name
        if any(len(cells) == 1 for _ in labels) or not self._may_be_sums(cells):
            return None
        # One figure alone is no sum: a record that is there twice is not the total of itself.
        adds_up = self._adds_up(at, cells) and self._addends(at, cells) > 1
        return next((n for n in cells if n in self.texts), "") if adds_up else None

    def _has_a_records_key(self, cells: dict[str, str]) -> bool:
        """Whether the key is whole, a part of it is known to be right, and no other part speaks of a total."""
        others = [cells[key] for key in self.keys if key in cells and not self._is_value(key, cells[key])]
        is_whole = all(key in cells for key in self.keys) and len(others) < len(self.keys)
        return is_whole and not any(label_of(cell).speaks for cell in others)

    def _agrees(self, at: int, name: str, of: str, cells: dict[str, str]) -> bool:
        """Whether the place of a label that says more than total, or stands beside a key, agrees with it."""
        column, lacks = self.found[name].column, self._lacks(cells, cells[name])
        is_code = name in self.keys and column.type == "code" and not column.vocabulary
        if is_code and (lacks or not any(c.isdecimal() for c in cells[name])):
            return True
        return (lacks and bool(of) and self._names_a_group(at, of)) or self._adds_up(at, cells)

    def _lacks(self, cells: dict[str, str], label: str) -> bool:
        """Whether a part of the key is blank or all other texts are: no record looks like that."""
        others = {n for n, c in cells.items() if n in self.texts and c != label}
        return any(key not in cells for key in self.keys) or not others

    def _names_a_group(self, at: int, of: str) -> bool:
        start = max(self.start, at - 10_000)
        above = (cell for n in self.texts[:_PROBED] for cell in set(self.columns[n][start:at]))
        return any(isinstance(cell, str) and of == label_form(cell) for cell in above)

    def _may_be_sums(self, cells: dict[str, str]) -> bool:
        """Whether a row without a word of totals may be one: a part of its key is blank, or it has one text."""
        texts = {c for n, c in cells.items() if n in self.texts}
        has_key = all(key in cells for key in self.keys)
        if not texts:
            return not has_key
        return len(texts) == 1 and len(self.texts) > 1 and (not has_key or len(self.texts) > len(self.keys))

    def _adds_up(self, at: int, cells: dict[str, str]) -> bool:
        """Whether the figures are the sums of the rows above, all of them or those since the last total."""
        if self.figures is None:
            self._count()
        assert self.figures is not None  # noqa: S101 - counted above
        places = [n for n, name in enumerate(self.numbers) if name in cells]
        own = self.figures[at][places]
        if not places or np.isnan(own).any() or not own.any():
            return False
        since = (self.above[at] - self.above[self.start])[places]
        all_above = (self.above[at] - self.taken)[places]
        rows = at - self.start
        return (rows > 1 and np.allclose(since, own, rtol=1e-9, atol=1e-6)) or (
            at - int(self.apart[:at].sum()) > 1 and np.allclose(all_above, own, rtol=1e-9, atol=1e-6)
        )

    def _addends(self, at: int, cells: dict[str, str]) -> int:
        """How many figures other than 0 stand above the row's, in the column that has most."""
        places = [n for n, name in enumerate(self.numbers) if name in cells]
        return int(self.filled[at][places].max(initial=0))

    def _count(self) -> None:
        """Figures, their sums above each row, and what of it rows took that are no records."""
        figures = np.column_stack(
            [_figures(self.columns[n]) for n in self.numbers] or [np.zeros(len(self.rows))]
        )
        counted = np.nan_to_num(figures)
        self.figures = figures
        self.filled = np.vstack([np.zeros(figures.shape[1]), np.cumsum(counted != 0, axis=0)])
        self.above = np.vstack([np.zeros(figures.shape[1]), np.cumsum(counted, axis=0)])
        self.taken = counted[: self.start][self.apart[: self.start]].sum(axis=0)

    def group_ends(self, at: int) -> None:
        """The row adds up those above it: the next total begins below."""
        if self.figures is not None:
            self.taken = self.taken + np.nan_to_num(self.figures[at])
        self.start = at + 1

    def add_summary(self, at: int, column: str) -> None:
        """Set a total apart, to be compared with what it may add up."""
        cells = self.cells(at)
        self.apart[at] = True
        if not label_of(cells.get(column, "")).is_summary:
            figures = {name: cells[name] for name in self.numbers if name in cells}
            first, last = int(self.rows[0]), int(self.rows[-1])
            since = int(self.rows[min(self.start, at)])
            self.sums.append(
                Sums(column, cells.get(column, ""), figures, int(self.rows[at]), since, first, last)
            )
        self.group_ends(at)


def _is(mask: pa.Array) -> np.ndarray:
    return mask.to_numpy(zero_copy_only=False)


def _figures(cells: np.ndarray) -> np.ndarray:
    """Cells as numbers, roughly: enough to see whether they add up."""
    text = (
        pd.Series(cells, dtype="string")
        .map(lambda cell: cell.translate(_DIGITS), na_action="ignore")
        .astype("string")
    )
    plain = text.str.strip().str.replace(_NOT_OF_A_NUMBER, "", regex=True).replace("-", "0")
    return pd.to_numeric(plain, errors="coerce").to_numpy(float, na_value=np.nan)

"""Columns of text built with Arrow and NumPy: hashes instead of stored random numbers, dates, identifiers,
joins.

Nothing here knows a programme or a table.
"""

import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NO_DAY = -(10**6)  # stands for "no date" in arrays of days since 1970-01-01
_FIRST_DAY, _LAST_DAY = (int(np.datetime64(d).astype(int)) for d in ("1915-01-01", "2060-12-31"))
ISO, SLASHED, DASHED, MONTH_NAMED = range(4)  # date spellings


def day(text: str) -> int:
    """Days since 1970-01-01 of an ISO date."""
    return int(np.datetime64(text, "D").astype(int))


def iso(days: int) -> str:
    """ISO date of a number of days since 1970-01-01."""
    return str(np.datetime64(int(days), "D"))


def last_day(quarter: str) -> int:
    """Last day of a calendar quarter such as 2021Q2, in days since 1970-01-01."""
    year, number = int(quarter[:4]), int(quarter[-1])
    following = f"{year + 1}-01-01" if number == 4 else f"{year}-{number * 3 + 1:02d}-01"
    return day(following) - 1


class Dice:
    """Reproducible random numbers per row number: the same seed, name and row always give the same value.

    Columns can so be rendered slice by slice and quarter by quarter without keeping what was drawn.
    Mixing function: SplitMix64 (Steele, Lea, Flood 2014).
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _bits(self, name: str, rows: Ints) -> npt.NDArray[np.uint64]:
        key = np.uint64(((zlib.crc32(name.encode()) << 20) ^ (self._seed * 0x9E3779B97F4A7C15)) % 2**64)
        z = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + key
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))

    def pick(self, name: str, rows: Ints, n: int) -> Ints:
        """Whole numbers 0 … n-1, one a row."""
        return (self._bits(name, rows) % np.uint64(n)).astype(np.int64)

    def unit(self, name: str, rows: Ints) -> npt.NDArray[np.float64]:
        """Numbers in [0, 1), one a row."""
        return (self._bits(name, rows) >> np.uint64(11)).astype(np.float64) / 2.0**53

    def rng(self, name: str) -> np.random.Generator:
        """A generator of its own for a named purpose."""
        return np.random.default_rng([self._seed, zlib.crc32(name.encode())])


@cache
def _calendar() -> pa.Array:
    days = np.arange(_FIRST_DAY, _LAST_DAY + 1).astype("datetime64[D]")
    stamps = pa.array(days)
    formats = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d-%b-%Y")
    return pa.concat_arrays([pc.strftime(stamps, format=f) for f in formats])


def dates(days: Ints, style: Ints | int = ISO) -> pa.Array:
    """Date texts; `NO_DAY` becomes null. `style` is one of the four spellings, alone or a row."""
    missing = days == NO_DAY
    at = np.where(missing, 0, days - _FIRST_DAY) + np.asarray(style) * (_LAST_DAY - _FIRST_DAY + 1)
    return _calendar().take(pa.array(at, mask=missing))


def words(vocabulary: Sequence[str | None] | pa.Array, at: Ints) -> pa.Array:
    """The words at the given places of a list; -1 gives null."""
    texts = vocabulary if isinstance(vocabulary, pa.Array) else pa.array(list(vocabulary), pa.string())
    return texts.take(pa.array(at, mask=at < 0))


def digits(numbers: Ints, width: int = 0) -> pa.Array:
    """Whole numbers ≥ 0 as text, with leading zeros up to `width`."""
    texts = pa.array(numbers).cast(pa.string())
    return pc.utf8_lpad(texts, width, "0") if width else texts


def join(*parts: pa.Array | str, sep: pa.Array | str = "") -> pa.Array:
    """Texts joined element by element; null where a part is null."""
    return pc.binary_join_element_wise(*parts, sep)


def codes(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Identifiers such as SND-HH-0000012; a negative number gives null."""
    texts = join(prefix, digits(np.maximum(numbers, 0), width))
    return blank(texts, numbers < 0)


def blank(texts: pa.Array, where: Flags) -> pa.Array:
    """The texts with null where `where` holds."""
    return pc.if_else(pa.array(~where), texts, pa.scalar(None, texts.type)) if where.any() else texts

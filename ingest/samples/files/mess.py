"""Harmless mess: other spellings of the same value, which a reader has to see through.

What is wrong with a record is in `defects`. Each function leaves the value's meaning as it was.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from ingest.samples.arrays import DASHED, ISO, MONTH_NAMED, SLASHED, Dice, Ints

URDU_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ZERO_WIDTH = "\u200b"
NO_BREAK = "\u00a0"
# (before, after) around a value that may not be changed inside
AROUND = (("", " "), ("", "  "), (" ", ""), ("", NO_BREAK), ("", ZERO_WIDTH), (ZERO_WIDTH, " "))


def around(texts: pa.Array, rows: Ints, dice: Dice, name: str, share: float) -> pa.Array:
    """Blanks, no-break and zero-width spaces at the ends of a share of the values."""
    hit = np.flatnonzero(dice.unit(f"{name}/around", rows) < share)
    if not len(hit):
        return texts
    form = dice.pick(f"{name}/form", rows[hit], len(AROUND))
    values = texts.take(pa.array(hit)).to_pandas().astype(object)
    before, after = (np.array([side[i] for side in AROUND], dtype=object)[form] for i in (0, 1))
    return _put(texts, hit, before + values + after)


def inside(texts: pa.Array, rows: Ints, dice: Dice, name: str, share: float) -> pa.Array:
    """Doubled or no-break blanks between the words of a share of the values."""
    hit = np.flatnonzero(dice.unit(f"{name}/inside", rows) < share)
    if not len(hit):
        return texts
    values = texts.take(pa.array(hit)).to_pandas().astype(object)
    odd = pd.Series(dice.pick(f"{name}/which", rows[hit], 2) == 1)
    return _put(texts, hit, values.str.replace(" ", "  ").where(odd, values.str.replace(" ", NO_BREAK, n=1)))


def _put(texts: pa.Array, at: Ints, values: pd.Series) -> pa.Array:
    """The texts with the values at the given places; a value that is null stays so."""
    place = np.arange(len(texts))
    place[at] = len(texts) + np.arange(len(at))
    changed = pa.array(values.where(values.notna(), None), pa.string())
    return pa.concat_arrays([texts, changed]).take(pa.array(place))


def date_styles(rows: Ints, dice: Dice, name: str, share: float) -> Ints:
    """A date spelling for each row: ISO, and DD/MM/YYYY, DD-MM-YYYY or DD-Mon-YYYY for a share."""
    other = np.array([SLASHED, SLASHED, DASHED, MONTH_NAMED])[dice.pick(f"{name}/style", rows, 4)]
    return np.where(dice.unit(f"{name}/styled", rows) < share, other, ISO).astype(np.int64)


def western(number: int) -> str:
    """1234567 as 1,234,567."""
    return f"{number:,}"


def indian(number: int) -> str:
    """1234567 as 12,34,567."""
    head, tail = divmod(number, 1000)
    if not head:
        return str(tail)
    groups = [f"{tail:03d}"]
    while head >= 100:
        head, pair = divmod(head, 100)
        groups.insert(0, f"{pair:02d}")
    return ",".join([str(head), *groups])


def rupees(number: int) -> list[str]:
    """Spellings of an amount of rupees; the first is the plain one."""
    return [
        str(number),
        western(number),
        f"Rs. {western(number)}",
        f"Rs {indian(number)}/-",
        f"PKR {western(number)}/-",
        f"{number}.00",
        f" {western(number).translate(URDU_DIGITS)} ",
        indian(number).translate(ARABIC_DIGITS),
    ]

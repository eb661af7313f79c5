"""Harmless mess of scripts: digits of another script, composed letters, line breaks and invisible characters.

Works on whole columns. Spellings of amounts and dates are in `mess` and `columns`.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.samples.arrays import Dice, Flags, Ints

BENGALI, DEVANAGARI = "০১২৩৪৫৬৭৮৯", "०१२३४५६७८९"
# Letters that Unicode excludes from composition: some keyboards type the single sign all the same.
_SINGLE = {
    "\u09af\u09bc": "\u09df",
    "\u09a1\u09bc": "\u09dc",
    "\u09a2\u09bc": "\u09dd",
    "\u0921\u093c": "\u095c",
    "\u0922\u093c": "\u095d",
}
INVISIBLE = ("\u200b", "\ufeff")  # these never belong to a word; the joiners U+200C and U+200D may


def choose(where: Flags, then: pa.Array, other: pa.Array) -> pa.Array:
    """Element by element one text or the other."""
    return pc.if_else(pa.array(where), then, other)


def in_digits(texts: pa.Array, script: str, where: Flags) -> pa.Array:
    """The texts with ASCII digits written in a script (ten digits) where `where` holds."""
    if not where.any():
        return texts
    written = texts
    for plain, digit in enumerate(script):
        written = pc.replace_substring(written, pattern=str(plain), replacement=digit)
    return choose(where, written, texts)


def single_signs(texts: pa.Array, where: Flags) -> pa.Array:
    """Letters with a dot below as one sign instead of two where `where` holds."""
    written = texts
    for two, one in _SINGLE.items():
        written = pc.replace_substring(written, pattern=two, replacement=one)
    return choose(where, written, texts)


def strew(texts: pa.Array, rows: Ints, dice: Dice, name: str, share: float) -> pa.Array:
    """An invisible character within a share of the values."""
    hit = np.flatnonzero(dice.unit(f"{name}/strewn", rows) < share)
    if not len(hit):
        return texts
    values = texts.take(pa.array(hit)).to_pandas().astype(object)
    signs = np.array(INVISIBLE, dtype=object)[dice.pick(f"{name}/sign", rows[hit], len(INVISIBLE))]
    values = (values.str.slice(0, 3) + signs + values.str.slice(3)).where(values.str.len() > 3, values)
    return put(texts, hit, values)


def broken(texts: pa.Array, rows: Ints, dice: Dice, name: str, share: float) -> pa.Array:
    """A line break in place of the first blank, or at the end, of a share of the values."""
    hit = np.flatnonzero(dice.unit(f"{name}/broken", rows) < share)
    if not len(hit):
        return texts
    values = texts.take(pa.array(hit)).to_pandas().astype(object)
    inside = values.str.replace(" ", "\n", n=1)
    return put(texts, hit, inside.where(inside != values, values + "\n"))


def put(texts: pa.Array, at: Ints, values: pd.Series) -> pa.Array:
    """The texts with the values at the given places; a value that is null stays so."""
    place = np.arange(len(texts))
    place[at] = len(texts) + np.arange(len(at))
    changed = pa.array(values.where(values.notna(), None), pa.string())
    return pa.concat_arrays([texts, changed]).take(pa.array(place))

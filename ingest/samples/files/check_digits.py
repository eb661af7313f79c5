"""Invented official numbers with a right check digit. No number is taken from a real person.

Which records get one, and which digit is spoilt, is said by the programmes.
"""

import numpy as np
import pyarrow as pa

from ingest.samples.arrays import Ints, digits

_TURN = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])  # Verhoeff's permutation; position i takes its i-th power
_FACTOR = 7_368_787  # has no divisor 2 or 5: number → number · factor is one to one modulo a power of ten


def _dihedral() -> Ints:
    """Multiplication table of the symmetries of a pentagon (dihedral group of order 10)."""
    a, b = np.meshgrid(np.arange(10), np.arange(10), indexing="ij")
    turn = np.where(a < 5, a + b, a - b) % 5
    return np.where((a < 5) == (b < 5), turn, turn + 5)


def verhoeff(numbers: Ints, width: int) -> Ints:
    """Check digit of whole numbers of `width` digits (J. Verhoeff, *Error Detecting Decimal Codes*, 1969)."""
    table = _dihedral()
    check = np.zeros(len(numbers), dtype=np.int64)
    step = np.arange(10)
    for place in range(width):
        step = _TURN[step]
        check = table[check, step[numbers // 10**place % 10]]
    return np.where(check < 5, -check % 5, check)


def aadhaar(numbers: Ints, wrong: int = 0) -> pa.Array:
    """Twelve digits for each number from 0 on, each its own; `wrong` is added to the check digit."""
    scattered = (numbers * _FACTOR + 1_234_567_891) % 10**10
    body = (2 + numbers % 8) * 10**10 + scattered
    return digits(body * 10 + (verhoeff(body, 11) + wrong) % 10)

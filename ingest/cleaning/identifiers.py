"""Official identifiers: canonical form, shape and check digit, as SQL expressions (DuckDB) over cleaned text.

Which kinds there are is the contract's business; how they leave the boundary is in `boundary.pseudonyms`.
"""

from __future__ import annotations

from ingest.cleaning.expressions import DASHES, ascii_digits
from ingest.contracts.conventions import Identifier
from ingest.sql import quote

# Verhoeff's dihedral multiplication and permutation tables (J. Verhoeff, Error Detecting Decimal Codes, 1969).
_D = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
_P = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"


def digits_of(value: str) -> str:
    """Without blanks and dashes, digits in ASCII; the second branch is for other scripts and is rarely taken."""
    return (
        f"CASE WHEN regexp_full_match({value}, '[0-9 -]*') THEN translate({value}, ' -', '') "
        f"ELSE translate({ascii_digits(value)}, ' {DASHES}', '') END"
    )


def verhoeff_ok(digits: str, length: int) -> str:
    """True where the number's last digit is its Verhoeff check digit (236 → 2363)."""
    check = "0"
    for place in range(length):
        digit = f"CAST(substr({digits}, {length - place}, 1) AS INTEGER)"
        permuted = f"CAST(substr('{_P}', {(place % 8) * 10} + {digit} + 1, 1) AS INTEGER)"
        check = f"CAST(substr('{_D}', ({check}) * 10 + {permuted} + 1, 1) AS INTEGER)"
    return f"({check}) = 0"


def normal(identifier: Identifier, value: str) -> str:
    """The text in the form that the identifier's patterns describe."""
    return digits_of(value) if identifier.form == "digits" else f"upper({value})"


def canonical(identifier: Identifier, normal: str) -> str:
    """The identifier as it is matched and hashed, or NULL where its shape or check digit is wrong.

    `normal`: the text in the identifier's form.
    """
    shape = f"regexp_full_match({normal}, {quote(identifier.pattern)})"
    if identifier.length is not None:
        shape += f" AND length({normal}) = {identifier.length}"
    right = f"CASE WHEN {shape} THEN {_checked(identifier, normal)} END"
    if not identifier.fold:
        return right
    folded = f"regexp_extract({normal}, {quote(f'^(?:{identifier.fold})$')}, 1)"
    inner = canonical(identifier.model_copy(update={"fold": ""}), folded)
    return f"CASE WHEN {shape} THEN {_checked(identifier, normal)} ELSE {inner} END"


def _checked(identifier: Identifier, normal: str) -> str:
    """The identifier, or NULL where its check digit is wrong; asked only of one that has the right shape."""
    if identifier.check is None or identifier.length is None:
        return normal
    return f"CASE WHEN {verhoeff_ok(normal, identifier.length)} THEN {normal} END"


def is_masked(identifier: Identifier, normal: str) -> str:
    """True for one that is hidden in part: no identifier, but not wrong."""
    return f"regexp_full_match({normal}, {quote(identifier.masked)})" if identifier.masked else "false"

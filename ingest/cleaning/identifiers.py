"""Official identifiers: canonical form, shape and check digit, as SQL expressions (DuckDB) over cleaned text.

How they leave the boundary is in `boundary.pseudonyms`.
"""

from __future__ import annotations

from ingest.cleaning.expressions import ascii_digits
from ingest.sql import quote

# Verhoeff's dihedral multiplication and permutation tables (J. Verhoeff, Error Detecting Decimal Codes, 1969).
_D = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
_P = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
_DASHES = " -\u2010\u2011\u2012\u2013\u2014\u2212"


def digits_of(value: str) -> str:
    """Without blanks and dashes, digits in ASCII; the second branch is for other scripts and is rarely taken."""
    return (
        f"CASE WHEN regexp_full_match({value}, '[0-9 -]*') THEN translate({value}, ' -', '') "
        f"ELSE translate({ascii_digits(value)}, '{_DASHES}', '') END"
    )


def verhoeff_ok(digits: str, length: int) -> str:
    """True where the number's last digit is its Verhoeff check digit (236 → 2363)."""
    check = "0"
    for place in range(length):
        digit = f"CAST(substr({digits}, {length - place}, 1) AS INTEGER)"
        permuted = f"CAST(substr('{_P}', {(place % 8) * 10} + {digit} + 1, 1) AS INTEGER)"
        check = f"CAST(substr('{_D}', ({check}) * 10 + {permuted} + 1, 1) AS INTEGER)"
    return f"({check}) = 0"


def canonical(kind: str, value: str, pattern: str = "", digits: str = "") -> str:
    """The identifier as it is matched and hashed, or NULL where its shape or check digit is wrong.

    CNIC: 13 digits, first 1-7. Aadhaar: 12 digits, first 2-9, Verhoeff. NID: 10, 13 or 17 digits; 17 = birth
    year (1900-2010) + the 13-digit number and folds to 13. phone: digits, without a leading zero or country code.
    `digits`: a column that holds `digits_of(value)` already.
    """
    d = digits or digits_of(value)
    if kind == "cnic":
        return f"CASE WHEN regexp_full_match({d}, '[1-7][0-9]{{12}}') THEN {d} END"
    if kind == "aadhaar":
        checked = f"CASE WHEN {verhoeff_ok(d, 12)} THEN {d} END"
        return f"CASE WHEN regexp_full_match({d}, '[2-9][0-9]{{11}}') THEN {checked} END"
    if kind == "nid":
        return (
            f"CASE WHEN regexp_full_match({d}, '[0-9]{{10}}|[0-9]{{13}}') THEN {d} "
            f"WHEN regexp_full_match({d}, '(19[0-9]{{2}}|200[0-9]|2010)[0-9]{{13}}') THEN right({d}, 13) END"
        )
    if kind == "phone":
        plain = f"translate({ascii_digits(value)}, ' -+()./', '')"
        local = f"regexp_extract({plain}, '^(?:0{{0,2}}(?:92|91|880))?0?([1-9][0-9]{{6,10}})$', 1)"
        return (
            f"CASE WHEN regexp_full_match({value}, '0[1-9][0-9]{{2}}-?[0-9]{{7}}') "
            f"THEN replace(substr({value}, 2), '-', '') ELSE nullif({local}, '') END"
        )
    if kind == "card":
        return f"CASE WHEN regexp_full_match(upper({value}), {quote(pattern)}) THEN upper({value}) END"
    raise ValueError(f"'{kind}' is no kind of identifier.")


def is_masked(kind: str, value: str, digits: str = "") -> str:
    """True for an Aadhaar with its first eight digits hidden: no identifier, but not wrong."""
    if kind != "aadhaar":
        return "false"
    return f"regexp_full_match({digits or digits_of(value)}, '[Xx*•]{{8}}[0-9]{{4}}')"

"""Digits, numbers, dates and text: SQL expressions (DuckDB) that turn delivered text into values.

Each function takes the SQL text of an expression and gives SQL text, so that a whole column is cleaned in one
vectorised pass. What a column may hold is the contract's business, in `columns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from ingest.sql import quote

# The digits of every script that has its own, 0 to 9 of one after the other. Arabic-Indic and Extended Arabic-Indic
# come first: they are mixed in one number, and two scripts at a time are translated.
_ZEROS = [n for n in range(0x660, 0x20000) if chr(n).isdecimal() and int(chr(n)) == 0]
_DIGITS = "".join(chr(zero + n) for zero in _ZEROS for n in range(10))
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
JOINERS = "\u200c\u200d"
# Zero-width and invisible characters that carry no meaning; the joiners do and are not among them.
_INVISIBLE = "[\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff\u00ad\u061c\u202a-\u202e\u2066-\u2069]"
_SPACE = r"[\s\p{Z}\x{0B}\x{1C}-\x{1F}\x{85}]+"
_PLAIN = "[!-~]+( [!-~]+)*"
EMPTY_WORDS = ("na", "n/a", "-", "--", "null", "not available", "none given")
DateParts = Literal["dmy", "mdy", "ymd"]
_YEAR_LAST = "[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}"
_NUMBERS = {
    "dmy": (_YEAR_LAST, "%d/%m/%Y"),
    "mdy": (_YEAR_LAST, "%m/%d/%Y"),
    "ymd": ("[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}", "%Y/%m/%d"),
}
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
_WESTERN = r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"
_INDIAN = r"-?[0-9]{1,2}(,[0-9]{2})*,[0-9]{3}(\.[0-9]+)?"
_GROUPED = r"-?[0-9]+(,[0-9]*)+(\.[0-9]+)?"
_SCIENTIFIC = r"-?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+"
# Signs, and raised digits or a raised letter: readers give superscript as such.
_MARKS = "[*†‡⁽⁾⁰¹²³⁴-⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]+"
_TAIL = rf"\s*(/[-–])?\s*({_MARKS})?\s*$"
FOOTNOTE = rf"[0-9]\s*(?:/[-–])?\s*({_MARKS})\s*$"


def text(raw: str) -> str:
    """Text as people are shown it: NFC, trimmed, inner white space folded, invisible characters gone."""
    folded = f"regexp_replace(regexp_replace({raw}, '{_INVISIBLE}', '', 'g'), '{_SPACE}', ' ', 'g')"
    return (
        f"CASE WHEN {raw} IS NULL OR regexp_full_match({raw}, '{_PLAIN}') THEN {raw} "
        f"ELSE nullif(nfc_normalize(trim({folded})), '') END"
    )


def without_joiners(value: str) -> str:
    """Text for matching: the joiners U+200C and U+200D go as well."""
    return f"translate({value}, '{JOINERS}', '')"


def ascii_digits(value: str) -> str:
    """Digits of any script as ASCII digits; everything else stays."""
    # Which script it is, the first such digit says: translating all of them at once takes a hundred times as long.
    first = f"regexp_extract({value}, '[^\\x00-\\x7F\\P{{Nd}}]')"
    script = f"substr('{_DIGITS}', (strpos('{_DIGITS}', {first}) - 1) // 20 * 20 + 1, 20)"
    # As many bytes as characters: ASCII already, as nearly every cell is.
    changed = f"translate({value}, {script}, '01234567890123456789')"
    return f"CASE WHEN strlen({value}) = length({value}) THEN {value} ELSE {changed} END"


def is_empty_word(value: str, placeholders: tuple[str, ...] = (), *, keep_dash: bool = False) -> str:
    """True for `NA`, `N/A`, `-`, `Not available` … and the region's own placeholders."""
    words = [w for w in (*EMPTY_WORDS, *placeholders) if not (keep_dash and w == "-")]
    # The spellings are listed and the length is asked first: folding every cell's case would cost more than this.
    variants = {form for w in words for form in (w, w.lower(), w.upper(), w.capitalize(), w.title())}
    longest = max(len(form.encode()) for form in variants)
    return f"(strlen({value}) <= {longest} AND {value} IN ({', '.join(quote(f) for f in sorted(variants))}))"


def number_text(value: str, signs: Iterable[str] = ()) -> str:
    """Cleaned text of a number: ASCII digits, no currency sign, no `/-`, no footnote mark; groups still there.

    `signs`: the words and signs of currencies that may stand before it, in any letter case.
    """
    digits = ascii_digits(value)
    if alternatives := "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True)):
        before = quote(rf"^(-?)\s*(?:{alternatives})\s*")
        digits = f"regexp_replace({digits}, {before}, '\\1', 'i')"
    stripped = f"regexp_replace({digits}, '{_TAIL}', '')"
    return (
        f"CASE WHEN regexp_full_match({value}, '{NUMBER}') THEN {value} "
        f"ELSE replace({stripped}, '−', '-') END"
    )


def number_value(cleaned: str, sql_type: str) -> str:
    """The number in `cleaned` (from `number_text`), or NULL where it is none or its groups are ambiguous."""
    whole = r"^(-?[0-9,]+)\.0+$"
    digits = f"replace({cleaned}, ',', '')"
    if sql_type == "BIGINT":
        digits = f"regexp_replace({digits}, '{whole}', '\\1')"
        plain = r"-?[0-9]+(\.0+)?"
        grouped = f"regexp_full_match({cleaned}, '{_WESTERN}') OR regexp_full_match({cleaned}, '{_INDIAN}')"
        return (
            f"CASE WHEN regexp_full_match({cleaned}, '{plain}') OR (({grouped}) AND regexp_full_match({digits}, "
            f"'-?[0-9]+')) THEN try_cast({digits} AS BIGINT) END"
        )
    return (
        f"CASE WHEN regexp_full_match({cleaned}, '{NUMBER}') THEN try_cast({cleaned} AS {sql_type}) "
        f"WHEN regexp_full_match({cleaned}, '{_WESTERN}') OR regexp_full_match({cleaned}, '{_INDIAN}') "
        f"THEN try_cast({digits} AS {sql_type}) "
        f"WHEN regexp_full_match({cleaned}, '{_SCIENTIFIC}') "
        f"THEN try_cast(try_cast({cleaned} AS DOUBLE) AS {sql_type}) END"
    )


def is_ambiguous(cleaned: str) -> str:
    """True for digit groups that are neither Western (1,234,567) nor Indian (12,34,567), such as 3,0000."""
    return (
        f"regexp_full_match({cleaned}, '{_GROUPED}') AND NOT regexp_full_match({cleaned}, '{_WESTERN}') "
        f"AND NOT regexp_full_match({cleaned}, '{_INDIAN}')"
    )


def is_too_large(cleaned: str) -> str:
    """True for a number that is well written but has more digits than any column holds."""
    return f"regexp_full_match({cleaned}, '-?[0-9,]{{19,}}(\\.[0-9]+)?')"


def is_zero_date(value: str) -> str:
    """True for `0000-00-00`, MySQL's empty date, with or without a time."""
    return f"regexp_full_match({value}, '0{{4}}-00-00( 00:00:00(\\.0+)?)?|00/00/0{{4}}')"


def is_short_of_century(digits: str) -> str:
    """True for a date or month whose year has two digits: `4/5/21`, `4-May-21`, `05/21`."""
    word = "([0-9]{1,2}|[A-Za-z]{3,9})"
    return f"regexp_full_match({digits}, '({word}[ ,./-]+)?{word}[ ,./-]+''?[0-9]{{2}}')"


def date_value(value: str, digits: str = "", parts: DateParts = "dmy", time_zone: str = "") -> str:
    """The day in `value`: ISO (a time of day is allowed), DD-Mon-YYYY, Excel serial, and three numbers between slashes,
    dashes or dots, in the order that `parts` says; only the year has four digits.

    Of a time with an offset, the day it then is in `time_zone`; without one, the day as it is written.
    """
    d = digits or ascii_digits(value)
    slashed = f"replace(replace({d}, '-', '/'), '.', '/')"
    worded = f"regexp_replace({d}, '[ ,./-]+', '-', 'g')"
    shape, form = _NUMBERS[parts]
    time = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    offset = r"\s*(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
    in_zone = ""
    if time_zone:
        # `+0530` and a blank before the offset are not read as they stand.
        near = f"regexp_replace({d}, '{offset}$', '\\1')"
        stamp = f"regexp_replace({near}, '([+-][0-9]{{2}})([0-9]{{2}})$', '\\1:\\2')"
        in_zone = (
            f"WHEN regexp_full_match({d}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{time}{offset}') "
            f"THEN CAST(timezone({quote(time_zone)}, try_cast({stamp} AS TIMESTAMPTZ)) AS DATE) "
        )
    return (
        f"CASE WHEN regexp_full_match({value}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN try_cast({value} AS DATE) "
        f"{in_zone}WHEN regexp_full_match({d}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}({time}({offset})?)?') "
        f"THEN try_cast(left({d}, 10) AS DATE) "
        f"WHEN regexp_full_match({d}, '{shape}') "
        f"THEN CAST(try_strptime({slashed}, '{form}') AS DATE) "
        f"WHEN regexp_full_match({d}, '[0-9]{{1,2}}[ ./-]+[A-Za-z]{{3,9}}[ ,./-]+[0-9]{{4}}') "
        f"THEN CAST(try_strptime({worded}, ['%d-%b-%Y', '%d-%B-%Y']) AS DATE) "
        f"WHEN regexp_full_match({d}, '[1-6][0-9]{{4}}(\\.[0-9]+)?') "
        f"THEN DATE '1899-12-30' + CAST(floor(try_cast({d} AS DOUBLE)) AS INTEGER) END"
    )


def month_value(value: str, digits: str = "", parts: DateParts = "dmy", time_zone: str = "") -> str:
    """The first day of the month in `value`: `YYYY-MM`, `MM/YYYY`, or a full date."""
    d = digits or ascii_digits(value)
    return (
        f"CASE WHEN regexp_full_match({d}, '[0-9]{{4}}-[0-9]{{2}}') THEN try_cast({d} || '-01' AS DATE) "
        f"WHEN regexp_full_match({d}, '[0-9]{{1,2}}[/-][0-9]{{4}}') "
        f"THEN CAST(try_strptime('01/' || replace({d}, '-', '/'), '%d/%m/%Y') AS DATE) "
        f"ELSE CAST(date_trunc('month', {date_value(value, d, parts, time_zone)}) AS DATE) END"
    )

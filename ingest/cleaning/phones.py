"""Phone numbers: one canonical form for all spellings of a number, as SQL expressions (DuckDB) over cleaned text.

The numbering plans are those of Google's library `phonenumbers`. Its answers are given without a call a number: the
country's patterns become one SQL expression, and a test holds the two side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import phonenumbers

from ingest.cleaning.expressions import DASHES, ascii_digits
from ingest.errors import SangamError
from ingest.sql import quote

_PUNCTUATION = f" ()[]./~{DASHES}"
_TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)


@dataclass(frozen=True)
class Plan:
    """A country's numbering plan: regular expressions over digits."""

    code: str  # country calling code
    abroad: str  # what is dialled before another country's code
    trunk: str  # what is dialled before a number within the country
    trunk_rule: str  # what a trunk prefix is replaced with where it takes part of the number with it
    general: str
    valid: str
    lengths: tuple[int, ...]


@cache
def plan(country: str) -> Plan:
    """The plan of a country (ISO 3166, two letters). Raises SangamError where there is none."""
    own = phonenumbers.PhoneMetadata.metadata_for_region(country)
    general = own.general_desc if own else None
    if own is None or own.country_code is None or general is None:
        raise SangamError(f"'{country}' is no country with phone numbers. Give its two letters, such as NP.")
    # Countries may share a code, as those of North America do: a number of any of them is one.
    sharing = (
        phonenumbers.PhoneMetadata.metadata_for_region(region)
        for region in phonenumbers.region_codes_for_country_code(own.country_code)
    )
    kinds = [getattr(one, kind) for one in sharing if one for kind in _TYPES]
    patterns = dict.fromkeys(k.national_number_pattern for k in kinds if k and k.national_number_pattern)
    return Plan(
        code=str(own.country_code),
        abroad=own.international_prefix or "00",
        trunk=own.national_prefix_for_parsing or "",
        trunk_rule=own.national_prefix_transform_rule or "",
        general=general.national_number_pattern or "",
        valid="|".join(f"(?:{pattern})" for pattern in patterns),
        lengths=tuple(general.possible_length),
    )


def normal(value: str) -> str:
    """Digits in ASCII with the `+` that may stand before them; brackets, dashes and the like gone."""
    changed = f"translate({ascii_digits(value)}, '＋{_PUNCTUATION}', '+')"
    plain = f"replace(replace({value}, '-', ''), ' ', '')"
    return f"CASE WHEN regexp_full_match({value}, '[0-9 +-]*') THEN {plain} ELSE {changed} END"


def canonical(country: str, normal: str) -> str:
    """The number without prefixes, `+` and country code before one of another country; NULL where it is none.

    `normal`: the text in that form. A number of another country is looked at for its code only.
    """
    own = plan(country)
    usual = _usual(own, normal)
    # Behind a lambda, so that DuckDB does not work parts of it out for every number beforehand.
    other = f"list_transform([{_without_code(own, normal)}], lambda digits: {_national(own, 'digits')})[1]"
    if not usual:
        return f"CASE WHEN {normal} IS NOT NULL THEN {other} END"
    return (
        f"CASE WHEN {_is_valid(own, usual)} AND NOT starts_with({usual}, '0') THEN {usual} ELSE {other} END"
    )


def _usual(own: Plan, normal: str) -> str:
    """The digits of a national number, one behind a zero and one behind `+` and the code: what nearly all are.

    Where they are a valid number that is the answer, and a single match of the pattern has found it.
    """
    if own.trunk != "0" or not own.abroad.startswith("0"):
        return ""
    return (
        f"CASE WHEN starts_with({normal}, '0') THEN substr({normal}, 2) "
        f"WHEN starts_with({normal}, {quote('+' + own.code)}) THEN substr({normal}, {len(own.code) + 2}) "
        f"WHEN NOT starts_with({normal}, {quote(own.code)}) THEN {normal} END"
    )


def _without_code(own: Plan, normal: str) -> str:
    """The digits without the country's code; `+` and all digits of another country's number."""
    international = rf"^(?:\+(?:{own.abroad})??|(?:{own.abroad}))([1-9][0-9]*)$"
    full = f"regexp_extract({normal}, {quote(international)}, {_groups(international)})"
    outside = rf"^(?:\+|(?:{own.abroad})[1-9])"
    after_code = len(own.code) + 1
    return (
        f"CASE WHEN regexp_matches({normal}, {quote(outside)}) THEN CASE WHEN starts_with({full}, {quote(own.code)}) "
        f"THEN substr({full}, {after_code}) ELSE '+' || {full} END "
        # The code without a plus: only of what is no number of the country as it stands.
        f"WHEN starts_with({normal}, {quote(own.code)}) AND (length({normal}) > {max(own.lengths)} "
        f"OR NOT regexp_full_match({normal}, {quote(own.general)})) THEN substr({normal}, {after_code}) "
        f"ELSE {normal} END"
    )


def _national(own: Plan, digits: str) -> str:
    """The valid number in digits that may have a trunk prefix; NULL where there is none."""
    # Of another country's number only the code is looked at: the plans of all countries in one would be slow.
    codes = "|".join(str(code) for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
    foreign = rf"\+(?:{codes})[0-9]{{5,13}}"
    is_foreign = f"regexp_full_match({digits}, {quote(foreign)})"
    whole = f"WHEN {_is_valid(own, digits)} OR {is_foreign} THEN {digits}"
    if not own.trunk:
        return f"CASE {whole} END"
    prefix = quote(f"^(?:{own.trunk})")
    rest = f"regexp_replace({digits}, {prefix}, '')"
    if own.trunk_rule:
        taken = f"regexp_extract({digits}, {prefix}, {_groups(own.trunk)}) <> ''"
        rest = f"CASE WHEN {taken} THEN regexp_replace({digits}, {prefix}, {quote(own.trunk_rule)}) ELSE {rest} END"
    lengths = ", ".join(map(str, own.lengths))
    # A number that could be one with or without the prefix is the one without it.
    either = f"length(rest) IN ({lengths}) AND regexp_full_match(rest, {quote(own.general)})"
    return (
        f"list_transform([{rest}], lambda rest: CASE WHEN rest <> {digits} AND {_is_valid(own, 'rest')} THEN rest "
        f"WHEN rest <> {digits} AND {either} THEN NULL {whole} END)[1]"
    )


def _is_valid(own: Plan, digits: str) -> str:
    lengths = ", ".join(map(str, own.lengths))
    return f"(length({digits}) IN ({lengths}) AND regexp_full_match({digits}, {quote(own.valid)}))"


def _groups(pattern: str) -> int:
    """How many groups a regular expression captures."""
    return pattern.replace("(?:", "").count("(")

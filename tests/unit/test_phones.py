"""Phone numbers: one canonical form for all spellings, as Google's library has it, in each country's own plan."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cleaning import phones
from ingest.errors import SangamError

CONNECTION = duckdb.connect(config={"threads": 1})
COUNTRIES = ("IN", "PK", "BD", "NP")
SCRIPTS = {"IN": 0x0966, "NP": 0x0966, "BD": 0x09E6, "PK": 0x06F0}


def canonical(country: str, *values: str | None) -> list[str | None]:
    sql = f"SELECT {phones.canonical(country, 'n')} FROM (SELECT {phones.normal('x')} AS n FROM delivered)"
    rows = CONNECTION.execute(
        f"WITH delivered AS (SELECT unnest($1::VARCHAR[]) AS x) {sql}", [list(values)]
    ).fetchall()
    return [row[0] for row in rows]


def by_the_library(country: str, value: str) -> str | None:
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    digits = phonenumbers.national_significant_number(number)
    own = number.country_code == phonenumbers.country_code_for_region(country)
    return digits if own else f"+{number.country_code}{digits}"


def spelled(country: str, digits: str) -> list[str]:
    """The ways in which one national number is written."""
    code, zero = phonenumbers.country_code_for_region(country), SCRIPTS[country]
    plain = [
        digits,
        f"0{digits}",
        f"+{code}{digits}",
        f"00{code}{digits}",
        f"+{code} 0{digits}",
        f"{code}{digits}",
    ]
    apart = [f"{one[:-7]}-{one[-7:-4]} {one[-4:]}" for one in plain]
    return [*plain, *apart, f"({plain[1][:4]}) {plain[1][4:]}", *(_in_script(one, zero) for one in plain)]


def _in_script(text: str, zero: int) -> str:
    return text.translate({ord("0") + n: chr(zero + n) for n in range(10)})


def numbers(country: str) -> st.SearchStrategy[str]:
    """Digits like those of the country's numbers: its examples with some digits changed, and any digits at all."""
    examples = [
        phonenumbers.national_significant_number(number)
        for kind in (0, 1, 3, 4)
        if (number := phonenumbers.example_number_for_type(country, kind))
    ]
    changed = st.tuples(
        st.sampled_from(examples),
        st.dictionaries(st.integers(0, 12), st.sampled_from("0123456789"), max_size=6),
    ).map(lambda pair: "".join(pair[1].get(place, digit) for place, digit in enumerate(pair[0])))
    return st.one_of(changed, st.text("0123456789", min_size=5, max_size=13))


@pytest.mark.parametrize("country", COUNTRIES)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_the_answers_are_the_librarys(country: str, data: st.DataObject) -> None:
    digits = data.draw(st.lists(numbers(country), min_size=20, max_size=20))
    # A trunk zero behind the bare code, and two of them, are spellings that only the library guesses at.
    given_ = [one for number in digits if number[0] != "0" for one in spelled(country, number)]
    assert dict(zip(given_, canonical(country, *given_), strict=True)) == {
        one: by_the_library(country, one) for one in given_
    }


@pytest.mark.parametrize("country", [*COUNTRIES, "KE", "ET", "NG", "BR", "MX", "US", "GB", "IT"])
def test_every_kind_of_number_is_known_in_every_country(country: str) -> None:
    """Also where countries share a code, trunk prefixes take carrier codes with them, or zeros belong to the number."""
    kinds = [phonenumbers.example_number_for_type(country, kind) for kind in range(11)]
    forms = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.E164)
    given_ = [phonenumbers.format_number(number, form) for number in kinds if number for form in forms]
    # Special formats put letters or stars into a few numbers; those are not what people write.
    given_ = [one for one in given_ if not any(c.isalpha() or c == "*" for c in one)]
    found = canonical(country, *given_)
    assert found == [by_the_library(country, one) for one in given_]
    assert None not in found


@pytest.mark.parametrize(
    ("country", "digits"), [("IN", "9822012345"), ("PK", "3012345678"), ("BD", "1712345678")]
)
def test_spellings_of_a_phone_are_one_number(country: str, digits: str) -> None:
    assert canonical(country, *spelled(country, digits)) == [digits] * len(spelled(country, digits))


def test_two_people_do_not_share_a_number() -> None:
    """A mobile that begins with the digits of a country code keeps them."""
    for code in ("91", "92"):
        assert canonical("IN", f"{code}98765432", f"+91{code}98765432", "98765432") == [
            f"{code}98765432", f"{code}98765432", None,
        ]  # fmt: skip
    assert canonical("NP", "9779841234567", "9841234567") == ["9841234567", "9841234567"]


def test_a_number_of_another_country_keeps_its_code() -> None:
    assert canonical("PK", "+971 50 123 4567", "00971501234567", "+92 301 2345678") == [
        "+971501234567", "+971501234567", "3012345678",
    ]  # fmt: skip
    assert canonical("IN", "+977 984-1234567") != canonical("NP", "984-1234567")


@pytest.mark.parametrize(
    "value", [None, "", "none", "12", "0000000000", "+", "+999123456789", "98220 12345 / 2", "98+22012345"]
)
def test_what_is_no_number_gives_none(value: str | None) -> None:
    assert canonical("IN", value) == [None]


def test_a_country_that_there_is_not_is_refused() -> None:
    with pytest.raises(SangamError, match="'XX' is no country"):
        phones.plan("XX")


def test_values_in_a_table_are_taken_one_by_one() -> None:
    values: Sequence[str] = [f"98{n:08d}" for n in range(5000)]
    assert [v for v in canonical("IN", *values) if v] == [v for v in values if by_the_library("IN", v)]
